package dev.kmsagent.bootstrap.e2e;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Agents that many tests share, one for each response type, with a cloud of their own. What tests
 * do to single secrets does not reach the others: nothing is tried twice, and no breaker opens.
 */
final class Agents implements AutoCloseable {
  private static final String SETTINGS =
      """
      Server.AllowedHosts = ["agent.example"]
      KMS.Retry.MaxAttempts = 1
      KMS.CircuitBreaker.Enabled = false
      """;

  private final Cloud cloud = Cloud.start();
  private final Map<ResponseType, AgentProcess> agents = new ConcurrentHashMap<>();

  private Agents() {}

  Cloud cloud() {
    return cloud;
  }

  /** The agent that answers so; started when first asked for. */
  AgentProcess answering(ResponseType type) {
    return agents.computeIfAbsent(type, this::start);
  }

  /** With one good call to KMS behind it, so that it is ready whatever fails later. */
  private AgentProcess start(ResponseType type) {
    var agent =
        AgentProcess.start(cloud.setup().with(SETTINGS).with(type.setting()).withManagement());
    agent.client().secret(cloud.newSecret("the first"));
    return agent;
  }

  @Override
  public void close() throws IOException {
    agents.values().forEach(AgentProcess::close);
    cloud.close();
  }

  /** Hands the same agents to every test class that wants them. */
  static final class Shared implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Agents.class;
    }

    @Override
    public Agents resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(Namespace.create(Agents.class))
          .computeIfAbsent(Agents.class, _ -> new Agents(), Agents.class);
    }
  }
}
