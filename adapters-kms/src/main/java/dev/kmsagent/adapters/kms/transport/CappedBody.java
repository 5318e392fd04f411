package dev.kmsagent.adapters.kms.transport;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** Collects a body, and cancels the exchange as soon as there is more of it than allowed. */
public final class CappedBody implements BodySubscriber<byte[]> {
  /**
   * KMS's secrets have at most 30 KB, six times that in JSON at worst; its other fields are short.
   */
  public static final int MAX_ANSWER = 256 << 10;

  private final BodySubscriber<byte[]> body = BodySubscribers.ofByteArray();
  private long left;
  private @Nullable Subscription subscription;

  /** The body has more bytes than allowed. */
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;
  }

  public CappedBody() {
    this(MAX_ANSWER);
  }

  CappedBody(int capacity) {
    this.left = capacity;
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return body.getBody();
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    this.subscription = subscription;
    body.onSubscribe(subscription);
  }

  @Override
  public void onNext(List<ByteBuffer> parts) {
    left -= parts.stream().mapToLong(ByteBuffer::remaining).sum();
    if (left >= 0) {
      body.onNext(parts);
    } else {
      cancel();
    }
  }

  private void cancel() {
    if (subscription != null) {
      subscription.cancel();
    }
    body.onError(new TooLong());
  }

  @Override
  public void onError(Throwable failure) {
    body.onError(failure);
  }

  @Override
  public void onComplete() {
    body.onComplete();
  }
}
