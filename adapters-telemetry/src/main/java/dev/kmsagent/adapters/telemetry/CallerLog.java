package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.event.CallerEvent;
import org.slf4j.event.Level;

/**
 * Logs what becomes of callers where each pod has its own role.
 *
 * @param ends for lines about the end of a grant, each limited for its namespace alone
 */
record CallerLog(ThrottledLog log, ThrottledLog ends) implements EventHandler<CallerEvent> {
  @Override
  public void handle(CallerEvent event) {
    switch (event) {
      case CallerEvent.ClusterKeysObtained(var keys) ->
          log.line(Level.DEBUG).with("keys", keys).log("cluster_keys_obtained");
      case CallerEvent.ClusterKeysUnavailable(var detail) ->
          log.first(Level.WARN, event, "keys")
              .with("detail", detail)
              .log("cluster_keys_unavailable");
      case CallerEvent.ClusterKeysRestored(var keys) ->
          log.line(Level.INFO).with("keys", keys).log("cluster_keys_restored");
      case CallerEvent.CloudAnswered() -> log.line(Level.INFO).log("cloud_answered");
      case CallerEvent.CloudUnanswered(var host, var detail) ->
          log.first(Level.WARN, event, host)
              .with("host", host)
              .with("detail", detail)
              .log("cloud_unanswered");
      case CallerEvent.GrantConfirmed(var subject, var role, var end) ->
          about(log.line(Level.DEBUG), subject, role).end(end).log("grant_confirmed");
      case CallerEvent.GrantRestored(var subject, var role, var end) ->
          about(log.firstTen(Level.INFO, event, subject.namespace()), subject, role)
              .end(end)
              .log("grant_restored");
      case CallerEvent.GrantEnded(var subject, var role, var reason) ->
          about(ends.firstTen(Level.WARN, event, subject.namespace()), subject, role)
              .reason(reason)
              .log("grant_ended");
      case CallerEvent.GrantNotConfirmed(var subject, var role, var reason) ->
          about(
                  log.firstTen(Level.WARN, event, subject.namespace() + ' ' + reason.code()),
                  subject,
                  role)
              .reason(reason)
              .log("grant_not_confirmed");
      case CallerEvent.TenantOpened(var role, var tenants) ->
          tenants(role, tenants).log("tenant_opened");
      case CallerEvent.TenantClosed(var role, var tenants) ->
          tenants(role, tenants).log("tenant_closed");
    }
  }

  private static LogLineBuilder about(LogLineBuilder line, Subject subject, Principal role) {
    return line.with("subject", subject).with("role", role);
  }

  private LogLineBuilder tenants(Principal role, int tenants) {
    return log.line(Level.INFO).with("role", role).with("tenants", tenants);
  }
}
