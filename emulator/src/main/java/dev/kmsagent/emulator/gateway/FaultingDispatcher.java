package dev.kmsagent.emulator.gateway;

import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.ServerReply;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.ApiError.ApiException;
import dev.kmsagent.emulator.protocol.SignatureScheme;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Answers the calls of one service, or injects a fault; records each call before the first byte of
 * its answer is sent. Safe for many threads.
 */
public final class FaultingDispatcher {
  private final ActiveFaults faults;
  private final CallLog calls;
  private final BiFunction<ApiError, String, HttpResponse> errors;

  /**
   * No faults and no calls yet; faults and calls are dated by this clock. {@code errors} is the
   * response of the service for an error of the request with this id.
   */
  public FaultingDispatcher(
      InstantSource clock, BiFunction<ApiError, String, HttpResponse> errors) {
    this.faults = new ActiveFaults(clock);
    this.calls = new CallLog(clock);
    this.errors = errors;
  }

  /** The faults in force. */
  public ActiveFaults faults() {
    return faults;
  }

  /** The calls so far. */
  public CallLog calls() {
    return calls;
  }

  /** Refuses a call, without faults. */
  public ServerReply refuse(Call.Pending call, ApiError error) {
    var outcome = new Call.Outcome.Refused(error.status(), error.code());
    return recorded(call, outcome, errors.apply(error, call.requestId()));
  }

  /** Injects the fault that is in force for a call, or else runs its action. */
  public ServerReply dispatch(Call.Pending call, Supplier<HttpResponse> action) {
    Optional<Fault> fault = faults.next(call.action(), call.secret().name());
    return fault.isPresent() ? inject(fault.get(), call, action) : answer(call, action);
  }

  /** The same for an action of a service whose calls nobody signs. */
  public ServerReply dispatch(String action, Supplier<HttpResponse> answer) {
    String id = UUID.randomUUID().toString();
    return dispatch(
        new Call.Pending(id, action, Call.Requested.NOTHING, SignatureScheme.NONE, ""), answer);
  }

  private ServerReply inject(Fault fault, Call.Pending call, Supplier<HttpResponse> action) {
    ServerReply reply =
        FaultInjector.inject(
            fault, error -> errors.apply(error, call.requestId()), () -> response(call, action));
    calls.add(call, new Call.Outcome.Faulted(fault), reply.status());
    return reply;
  }

  private HttpResponse response(Call.Pending call, Supplier<HttpResponse> action) {
    try {
      return action.get();
    } catch (ApiException refused) {
      return errors.apply(refused.error(), call.requestId());
    }
  }

  private ServerReply answer(Call.Pending call, Supplier<HttpResponse> action) {
    try {
      return recorded(call, new Call.Outcome.Served(), action.get());
    } catch (ApiException refused) {
      return refuse(call, refused.error());
    }
  }

  private ServerReply recorded(Call.Pending call, Call.Outcome outcome, HttpResponse response) {
    var reply = new ServerReply.Complete(response);
    calls.add(call, outcome, reply.status());
    return reply;
  }
}
