package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Dialect;
import dev.kmsagent.adapters.http.dialect.Dialects;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.vault.VaultRoutes;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.port.out.AgentEvents;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** What replies have in common. Thread-safe. */
final class ReplyFactory {
  static final HttpField JSON =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, Admission.ToBody.JSON);
  private static final HttpField NO_STORE =
      new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store");
  private static final HttpField NO_SNIFFING =
      new PreEncodedHttpField("X-Content-Type-Options", "nosniff");
  static final HttpField GET_ONLY = new PreEncodedHttpField(HttpHeader.ALLOW, "GET");
  static final HttpField RETRY_SOON = new PreEncodedHttpField(HttpHeader.RETRY_AFTER, "1");

  /** Headers of a reply with a secret. */
  private static final int MOST_HEADERS = 7;

  private final Dialect dialect;

  /** That of Vault's routes, if there are any. */
  private final Optional<Dialect> ofVault;

  private final AgentEvents events;
  private final InstantSource clock;
  private final String idPrefix;
  private final AtomicLong lastId = new AtomicLong();

  /** The fields of the last secret that was sent, which is often the next one too. */
  private volatile @Nullable EntryFields last;

  /**
   * @param processName a name that no other process has; it begins each request id
   */
  ReplyFactory(ServerConfig config, AgentEvents events, InstantSource clock, String processName) {
    this.dialect = Dialects.of(config);
    this.ofVault = config.vault().map(_ -> Dialects.ofVault(config));
    this.events = events;
    this.clock = clock;
    this.idPrefix = processName + '-';
  }

  /** Whether the path of a request is one of Vault's routes, which have a dialect of their own. */
  boolean isForVault(Request request) {
    return ofVault.isPresent() && VaultRoutes.cover(request.getHttpURI().getPath());
  }

  /** An id that no other request has. */
  String nextId() {
    return idPrefix.concat(Long.toString(lastId.incrementAndGet()));
  }

  AgentEvents events() {
    return events;
  }

  Dialect dialect(boolean isForVault) {
    return isForVault ? ofVault.orElseThrow() : dialect;
  }

  InstantSource clock() {
    return clock;
  }

  /** The fields that tell of the secret. */
  List<HttpField> fields(Found found) {
    var now = clock.instant();
    long age = found.entry().age(now).toSeconds();
    long timeToLive = found.entry().timeToLive(now).toSeconds();
    var revision = found.entry().secret().revision();
    var known = last;
    if (known == null || !known.tell(revision, found.state(), age, timeToLive)) {
      known = EntryFields.of(revision, found.state(), age, timeToLive);
      last = known;
    }
    return known.fields();
  }

  /** Those that every reply has. */
  static List<HttpField> headers(String requestId) {
    var headers = new ArrayList<HttpField>(MOST_HEADERS);
    headers.add(NO_STORE);
    headers.add(NO_SNIFFING);
    headers.add(new HttpField("X-Request-Id", requestId));
    return headers;
  }
}
