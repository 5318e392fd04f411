package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.request.Parsed;
import dev.kmsagent.adapters.http.request.SecretRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What well-formed requests were read as, by their raw text: an application asks for the same
 * secrets in the same words. Reading is pure, so that a text that is known means what it meant.
 * Bounded and thread-safe; a look-up takes no lock.
 */
final class KnownTargets {
  private static final int MOST = 1024;
  private static final int LONGEST = 256;

  private final Map<String, Admission> known = new ConcurrentHashMap<>();

  /** What {@code read} makes, or made, of {@code rawText}. */
  Admission admission(String rawText, Function<String, Parsed<SecretRequest>> read) {
    var before = known.get(rawText);
    return before == null ? learn(rawText, Admission.of(read.apply(rawText))) : before;
  }

  private Admission learn(String rawText, Admission admission) {
    if (rawText.length() <= LONGEST && admission instanceof Admission.ToSecret) {
      if (known.size() >= MOST) {
        known.clear();
      }
      known.put(rawText, admission);
    }
    return admission;
  }
}
