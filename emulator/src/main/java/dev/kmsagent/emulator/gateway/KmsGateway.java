package dev.kmsagent.emulator.gateway;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.actions.Actions;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.Reply;
import dev.kmsagent.emulator.protocol.KmsError;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.signature.SignatureVerifier;
import dev.kmsagent.emulator.signature.Verdict;
import java.time.InstantSource;
import java.util.function.Supplier;

/** Answers KMS requests; safe for many threads. */
public final class KmsGateway implements HttpHandler {
  private final SignatureVerifier verifier;
  private final Actions actions;
  private final CallLog calls;
  private final InstantSource clock;
  private final Supplier<String> requestIds;

  /**
   * Answers out of {@code actions} what {@code verifier} accepts, and records it in {@code calls}.
   */
  public KmsGateway(
      SignatureVerifier verifier,
      Actions actions,
      CallLog calls,
      InstantSource clock,
      Supplier<String> requestIds) {
    this.verifier = verifier;
    this.actions = actions;
    this.calls = calls;
    this.clock = clock;
    this.requestIds = requestIds;
  }

  @Override
  public Reply handle(HttpRequest request) {
    String requestId = requestIds.get();
    KmsRequest kms;
    try {
      kms = KmsRequest.of(request);
    } catch (IllegalArgumentException _) {
      return refusal(requestId, new KmsError(400, "InvalidParameter", "Not form-encoded."));
    }
    Verdict verdict = verifier.verify(request, kms.parameters());
    Result<JsonObject> result =
        switch (verdict) {
          case Verdict.Refused(_, _, var error) -> new Result.Refused<>(error);
          case Verdict.Genuine _ -> actions.run(kms.action(), kms.parameters());
        };
    calls.add(record(requestId, kms, verdict, result));
    return switch (result) {
      case Result.Refused<JsonObject>(var error) -> refusal(requestId, error);
      case Result.Done<JsonObject>(var answer) -> answer(requestId, answer);
    };
  }

  private Call record(
      String requestId, KmsRequest kms, Verdict verdict, Result<JsonObject> result) {
    Call.Outcome outcome =
        switch (result) {
          case Result.Refused<JsonObject>(var error) ->
              new Call.Outcome.Refused(error.status(), error.code());
          case Result.Done<JsonObject> _ -> new Call.Outcome.Served();
        };
    return new Call(
        clock.instant(),
        requestId,
        kms.action(),
        kms.secretName(),
        verdict.scheme(),
        verdict.accessKeyId(),
        outcome);
  }

  private static Reply answer(String requestId, JsonObject answer) {
    answer.addProperty("RequestId", requestId);
    return new Reply.Whole(
        HttpResponse.json(200, answer.toString()).with("x-acs-request-id", requestId));
  }

  private static Reply refusal(String requestId, KmsError error) {
    return new Reply.Whole(
        HttpResponse.json(error.status(), error.document(requestId))
            .with("x-acs-request-id", requestId));
  }
}
