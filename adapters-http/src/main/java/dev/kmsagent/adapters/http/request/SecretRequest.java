package dev.kmsagent.adapters.http.request;

import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionSelector;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;

/**
 * A parsed request for a secret.
 *
 * @param fields the part of the secret: the names of fields, or a point for the value, byte for
 *     byte; empty for the whole answer
 * @param isObject whether the fields are wanted as an object; it is one text otherwise
 * @param maxStale how stale the value may be at most, besides the bound of the configuration
 * @param rejected the versions of which any other is wanted; empty for the version in use
 */
public record SecretRequest(
    SecretQuery query,
    ReadMode mode,
    List<String> fields,
    boolean isObject,
    Duration maxStale,
    Set<VersionId> rejected) {
  /** Any staleness that the configuration allows. */
  static final Duration AS_CONFIGURED = ChronoUnit.FOREVER.getDuration();

  public SecretRequest {
    fields = List.copyOf(fields);
    rejected = Set.copyOf(rejected);
  }

  /** The same request for an object of these fields. */
  SecretRequest withFields(List<String> names) {
    return new SecretRequest(query, mode, names, true, maxStale, rejected);
  }

  /** The same request for any version but these. */
  SecretRequest without(Set<VersionId> others) {
    return new SecretRequest(query, mode, fields, isObject, maxStale, others);
  }

  /** The same request for the version that was current before. */
  public SecretRequest forPrevious() {
    var previous = new SecretQuery(query.name(), VersionSelector.byStage(Stage.PREVIOUS));
    return new SecretRequest(previous, mode, fields, isObject, maxStale, rejected);
  }

  /** Whether the version in use is wanted, whichever it is. */
  public boolean isForCurrent() {
    return query.isForCurrent() && rejected.isEmpty();
  }

  /** Whether what is cached may be given, whichever version it is. */
  public boolean isForCached() {
    return mode == ReadMode.CACHED && rejected.isEmpty();
  }

  /** Whether the rendered answer of any cached entry that the configuration allows will do. */
  public boolean takesCachedAnswer() {
    return isForCached() && fields.isEmpty() && maxStale.equals(AS_CONFIGURED);
  }
}
