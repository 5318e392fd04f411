package dev.kmsagent.adapters.kms.identity;

import dev.kmsagent.domain.NoSecret;

/** Where the key comes from that calls to KMS are signed with. Thread-safe; never throws. */
public interface CredentialSource extends AutoCloseable {
  /** The key that is good now. It may wait for STS: not for a thread that must not wait. */
  Outcome obtain();

  /** Tries to get another key, since KMS refused the present one. It may wait as well. */
  Renewal renew();

  /** Ends what runs in the background. */
  @Override
  void close();

  /** What came of asking for a key. */
  sealed interface Outcome {
    /** Here it is. */
    record Obtained(SigningKey signingKey) implements Outcome {}

    /** There is none, and so no secret either. */
    record Missing(NoSecret reason) implements Outcome {}
  }

  /** Whether asking again can give another key. */
  enum Renewal {
    /** A call that was refused is worth another attempt. */
    RENEWED,
    /** The next key is the one that was refused. */
    UNCHANGED
  }
}
