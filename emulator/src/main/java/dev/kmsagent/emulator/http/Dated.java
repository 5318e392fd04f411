package dev.kmsagent.emulator.http;

import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Dates every response (RFC 9110 6.6.1), as a server with a clock must. */
public final class Dated implements HttpHandler {
  private static final DateTimeFormatter IMF_FIXDATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final HttpHandler inner;
  private final InstantSource clock;

  /** Dates the responses of {@code inner} by this clock. */
  public Dated(HttpHandler inner, InstantSource clock) {
    this.inner = inner;
    this.clock = clock;
  }

  @Override
  public Reply handle(HttpRequest request) {
    return dated(inner.handle(request));
  }

  private Reply dated(Reply reply) {
    return switch (reply) {
      case Reply.Whole(var response) -> new Reply.Whole(dated(response));
      case Reply.Late(var delay, var then) -> new Reply.Late(delay, dated(then));
      case Reply.Dripped(var response, var interval) ->
          new Reply.Dripped(dated(response), interval);
      case Reply.Cut(var response, var bytes) -> new Reply.Cut(dated(response), bytes);
      case Reply.Reset _, Reply.Silence _ -> reply;
    };
  }

  private HttpResponse dated(HttpResponse response) {
    return response.with("Date", IMF_FIXDATE.format(clock.instant()));
  }
}
