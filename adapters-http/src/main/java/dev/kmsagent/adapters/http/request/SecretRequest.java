package dev.kmsagent.adapters.http.request;

import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionSelector;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A parsed request for a secret.
 *
 * @param field the part of the secret: the name of a field, or a point for the value, byte for
 *     byte; null if there is none
 * @param fields the names of fields for a JSON object; empty if there are none
 * @param maxStale how stale the value may be at most, besides the bound of the configuration
 */
public record SecretRequest(
    SecretQuery query,
    ReadMode mode,
    @Nullable String field,
    List<String> fields,
    Duration maxStale) {
  /** Any staleness that the configuration allows. */
  static final Duration AS_CONFIGURED = ChronoUnit.FOREVER.getDuration();

  public SecretRequest {
    fields = List.copyOf(fields);
  }

  /** The same request for these fields. */
  SecretRequest of(List<String> names) {
    return new SecretRequest(query, mode, field, names, maxStale);
  }

  /** The same request for the version that was current before. */
  public SecretRequest forPrevious() {
    var previous = new SecretQuery(query.name(), VersionSelector.byStage(Stage.PREVIOUS));
    return new SecretRequest(previous, mode, field, fields, maxStale);
  }

  /** Whether a part of the secret is asked for. */
  public boolean isForPart() {
    return field != null || !fields.isEmpty();
  }

  /** Whether the rendered answer of any cached entry that the configuration allows will do. */
  public boolean takesCachedAnswer() {
    return mode == ReadMode.CACHED && !isForPart() && maxStale.equals(AS_CONFIGURED);
  }
}
