package dev.kmsagent.emulator.gateway;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.actions.Actions;
import dev.kmsagent.emulator.faults.Fault;
import dev.kmsagent.emulator.faults.FaultBook;
import dev.kmsagent.emulator.faults.FaultyAnswer;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.Reply;
import dev.kmsagent.emulator.protocol.KmsError;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.signature.SignatureVerifier;
import dev.kmsagent.emulator.signature.Verdict;
import java.util.function.Supplier;

/**
 * Answers KMS requests: first the signature, then the fault that is in force if any, then the
 * action. Safe for many threads.
 */
public final class KmsGateway implements HttpHandler {
  private final SignatureVerifier verifier;
  private final FaultBook faults;
  private final Actions actions;
  private final CallLog calls;
  private final Supplier<String> requestIds;

  /**
   * Answers out of {@code actions} what {@code verifier} accepts, and records it in {@code calls}.
   */
  public KmsGateway(
      SignatureVerifier verifier,
      FaultBook faults,
      Actions actions,
      CallLog calls,
      Supplier<String> requestIds) {
    this.verifier = verifier;
    this.faults = faults;
    this.actions = actions;
    this.calls = calls;
    this.requestIds = requestIds;
  }

  @Override
  public Reply handle(HttpRequest request) {
    String requestId = requestIds.get();
    return switch (KmsRequest.read(request)) {
      case Result.Refused<KmsRequest>(var error) -> new Reply.Whole(response(error, requestId));
      case Result.Done<KmsRequest>(var kms) -> answer(request, kms, requestId);
    };
  }

  private Reply answer(HttpRequest request, KmsRequest kms, String requestId) {
    Verdict verdict = verifier.verify(request, kms.parameters());
    Answer answer =
        switch (verdict) {
          case Verdict.Refused(_, _, var error) -> whole(new Result.Refused<>(error), requestId);
          case Verdict.Genuine _ -> serve(kms, requestId);
        };
    calls.add(requestId, kms, verdict, answer.outcome());
    return answer.reply();
  }

  private Answer serve(KmsRequest kms, String requestId) {
    Supplier<Result<JsonObject>> action =
        () -> kms.checkedVersion().then(call -> actions.run(call.action(), call.parameters()));
    return faults
        .strike(kms.action(), kms.secretName())
        .map(fault -> struck(fault, requestId, action))
        .orElseGet(() -> whole(action.get(), requestId));
  }

  private static Answer struck(Fault fault, String requestId, Supplier<Result<JsonObject>> action) {
    Supplier<HttpResponse> right = () -> response(action.get(), requestId);
    return new Answer(new Call.Outcome.Faulted(fault), FaultyAnswer.of(fault, requestId, right));
  }

  private static Answer whole(Result<JsonObject> result, String requestId) {
    return new Answer(outcome(result), new Reply.Whole(response(result, requestId)));
  }

  private record Answer(Call.Outcome outcome, Reply reply) {}

  private static Call.Outcome outcome(Result<JsonObject> result) {
    return switch (result) {
      case Result.Done<JsonObject> _ -> new Call.Outcome.Served();
      case Result.Refused<JsonObject>(var error) ->
          new Call.Outcome.Refused(error.status(), error.code());
    };
  }

  private static HttpResponse response(Result<JsonObject> result, String requestId) {
    return switch (result) {
      case Result.Refused<JsonObject>(var error) -> response(error, requestId);
      case Result.Done<JsonObject>(var answer) -> {
        answer.addProperty("RequestId", requestId);
        yield HttpResponse.json(200, answer.toString()).with("x-acs-request-id", requestId);
      }
    };
  }

  private static HttpResponse response(KmsError error, String requestId) {
    return HttpResponse.json(error.status(), error.document(requestId))
        .with("x-acs-request-id", requestId);
  }
}
