package dev.kmsagent.bootstrap.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.kmsagent.adapters.http.dialect.Json;
import dev.kmsagent.bootstrap.wiring.AgentClock;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.commons.cli.ParseException;

/**
 * {@code credentials}: prints an AccessKey that KMS rotates, in the format that the vendor's CLI
 * and SDKs take from a program ({@code process_command} of the mode {@code External}).
 */
record CredentialsCommand(CommandContext context) implements Command {
  private static final Usage.Parameter SECRET_ID =
      new Usage.Parameter("SECRET_ID", "The name or ARN of a secret of the type RAMCredentials.");

  private static final String ID = "AccessKeyId";
  private static final String VALUE = "AccessKeySecret";

  /** What a fresh value has left. */
  private static final Pattern TTL = Pattern.compile("ttl=(\\d+)");

  /** The SDKs run the command again so long before the expiration. */
  private static final Duration SLOT = Duration.ofMinutes(3);

  /** Until the SDKs run the command again for a stale value, instead of at each of their calls. */
  private static final Duration STALE_PAUSE = Duration.ofSeconds(10);

  /** For an agent that restarts: a call of the SDK fails if the command does. */
  private static final Duration WAIT = Duration.ofSeconds(5);

  @Override
  public Usage usage() {
    return new Usage(
        "credentials [OPTIONS] SECRET_ID",
        "Print an AccessKey as the CLI and SDKs of Alibaba Cloud take it from a program.\n"
            + "For process_command of a profile of the mode External. The running agent reads the"
            + " secret; the expiration has the SDK run the command again within its TTL.",
        List.of(SECRET_ID),
        List.of(Usage.CONFIG));
  }

  @Override
  public int run(Arguments arguments)
      throws ParseException, CommandException, InterruptedException {
    context.disableCoreDumps();
    var name = arguments.required(SECRET_ID, text -> text);
    var config = arguments.config();
    var value = Map.of("secretId", name, "field", ".");
    var waits = RunningAgent.waits(WAIT);
    var answer = RunningAgent.await(context, config, value, waits);
    if (!TTL.matcher(cacheStatus(answer)).find()) {
      // KMS was read for it, and only the next answer tells the TTL; or it is stale.
      answer = RunningAgent.await(context, config, value, waits);
    }
    return print(accessKey(name, answer), expiration(answer));
  }

  private static String cacheStatus(HttpResponse<byte[]> answer) {
    return answer.headers().firstValue("Cache-Status").orElse("");
  }

  private static JsonObject accessKey(String name, HttpResponse<byte[]> answer)
      throws CommandException {
    return Json.parse(new String(answer.body(), UTF_8))
        .filter(it -> it.get(ID) instanceof JsonPrimitive)
        .filter(it -> it.get(VALUE) instanceof JsonPrimitive)
        .orElseThrow(
            () ->
                new CommandException(
                    "%s has no %s and %s: name a secret of the type RAMCredentials"
                        .formatted(name, ID, VALUE),
                    ExitStatus.FAILED));
  }

  /** In whole seconds; with a fraction, the SDK for Python fails. */
  private static Instant expiration(HttpResponse<byte[]> answer) {
    var ttl = TTL.matcher(cacheStatus(answer));
    // At least a second: within the last one, the SDKs would run the command at each call.
    var rest =
        ttl.find() ? Duration.ofSeconds(Math.max(1, Long.parseLong(ttl.group(1)))) : STALE_PAUSE;
    return AgentClock.system().instant().plus(SLOT).plus(rest).truncatedTo(ChronoUnit.SECONDS);
  }

  private int print(JsonObject accessKey, Instant expiration) {
    var line =
        Json.object(
            json -> {
              json.name("mode").value("AK");
              json.name("access_key_id").value(accessKey.get(ID).getAsString());
              json.name("access_key_secret").value(accessKey.get(VALUE).getAsString());
              json.name("expiration").value(expiration.toString());
            });
    context.out().writeBytes(line);
    context.out().println();
    return context.out().checkError() ? ExitStatus.FAILED : ExitStatus.DONE;
  }
}
