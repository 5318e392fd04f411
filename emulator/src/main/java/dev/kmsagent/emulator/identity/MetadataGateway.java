package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.gateway.ErrorFormat;
import dev.kmsagent.emulator.gateway.FaultingDispatcher;
import dev.kmsagent.emulator.gateway.Incoming;
import dev.kmsagent.emulator.http.Bytes;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.Reply;
import dev.kmsagent.emulator.protocol.ApiError;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Takes an instance's requests about itself: those sent here, and those sent here as to a proxy for
 * 100.100.100.200. Safe for many threads.
 */
public final class MetadataGateway implements HttpHandler {
  /** The pages that tell a refusal. */
  public static final ErrorFormat PAGES = (error, _) -> page(error);

  private static final Set<String> SERVED = Set.of("", "100.100.100.200", "100.100.100.200:80");

  private final Metadata metadata;
  private final FaultingDispatcher desk;
  private final Supplier<String> ids;

  private MetadataGateway(Metadata metadata, FaultingDispatcher desk, Supplier<String> ids) {
    this.metadata = metadata;
    this.desk = desk;
    this.ids = ids;
  }

  /** What answers are made of: the instance, the account's roles, and how keys are minted. */
  public record Source(EcsInstance instance, Roles roles, MintedKeys minted, InstantSource clock) {}

  /** ControlResponses out of {@code source} by way of {@code desk}; ids are random texts. */
  public static MetadataGateway of(Source source, FaultingDispatcher desk, Supplier<String> ids) {
    var keys = new RoleKeys(source.minted(), source.clock());
    var tokens = new MetadataTokens(source.clock(), ids);
    return new MetadataGateway(
        new Metadata(source.instance(), source.roles(), keys, tokens), desk, ids);
  }

  @Override
  public Reply handle(HttpRequest request) {
    if (!SERVED.contains(request.authority())) {
      return new Reply.Whole(HttpResponse.text(403, "only 100.100.100.200 is behind this proxy"));
    }
    MetadataRequest question = MetadataRequest.of(request);
    return desk.answer(
        Incoming.unsigned(ids.get(), question.action()), () -> metadata.answer(question, request));
  }

  private static HttpResponse page(ApiError error) {
    String title = error.status() + " - " + error.message();
    String html = "<html><head><title>" + title + "</title></head><body></body></html>\n";
    return new HttpResponse(error.status(), Map.of("Content-Type", "text/html"), Bytes.utf8(html));
  }
}
