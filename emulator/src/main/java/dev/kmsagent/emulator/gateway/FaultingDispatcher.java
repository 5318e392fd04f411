package dev.kmsagent.emulator.gateway;

import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.Reply;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Result;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * Where the calls of one service meet its faults: each call is struck or answered rightly, and
 * recorded before the first byte of its answer leaves. Safe for many threads.
 */
public final class FaultingDispatcher {
  private final ActiveFaults faults;
  private final CallLog calls;
  private final ErrorFormat dialect;

  /** A desk without faults and calls, whose times are those of this clock. */
  public FaultingDispatcher(InstantSource clock, ErrorFormat dialect) {
    this.faults = new ActiveFaults(clock);
    this.calls = new CallLog(clock);
    this.dialect = dialect;
  }

  /** The faults that calls meet here. */
  public ActiveFaults faults() {
    return faults;
  }

  /** The calls that came here. */
  public CallLog calls() {
    return calls;
  }

  /** Refuses a call before it can meet a fault. */
  public Reply refuse(Incoming call, ApiError error) {
    return recorded(call, whole(new Result.Refused<>(error), call));
  }

  /** ControlResponses a call, which may meet a fault. */
  public Reply answer(Incoming call, Supplier<Result<HttpResponse>> right) {
    Answer answer =
        faults
            .strike(call.action(), call.secretName())
            .map(fault -> struck(fault, call, right))
            .orElseGet(() -> whole(right.get(), call));
    return recorded(call, answer);
  }

  private record Answer(Call.Outcome outcome, Reply reply) {}

  private Reply recorded(Incoming call, Answer answer) {
    calls.add(call, answer.outcome());
    return answer.reply();
  }

  private Answer struck(Fault fault, Incoming call, Supplier<Result<HttpResponse>> right) {
    Reply reply =
        FaultInjector.of(
            fault,
            error -> dialect.refusal(error, call.requestId()),
            () -> response(right.get(), call));
    return new Answer(new Call.Outcome.Faulted(fault), reply);
  }

  private Answer whole(Result<HttpResponse> result, Incoming call) {
    return new Answer(outcome(result), new Reply.Whole(response(result, call)));
  }

  private HttpResponse response(Result<HttpResponse> result, Incoming call) {
    return switch (result) {
      case Result.Done<HttpResponse>(var response) -> response;
      case Result.Refused<HttpResponse>(var error) -> dialect.refusal(error, call.requestId());
    };
  }

  private static Call.Outcome outcome(Result<HttpResponse> result) {
    return switch (result) {
      case Result.Done<HttpResponse> _ -> new Call.Outcome.Served();
      case Result.Refused<HttpResponse>(var error) ->
          new Call.Outcome.Refused(error.status(), error.code());
    };
  }
}
