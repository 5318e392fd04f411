package dev.kmsagent.clients;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Agents that all tests share, each started when first asked for; tests only read from them. */
final class SharedAgents implements AutoCloseable {
  private final Map<String, StartedAgent> agents = new ConcurrentHashMap<>();

  private SharedAgents() {}

  /** A Vault with a KV engine. */
  StartedAgent vault() {
    return with("vault");
  }

  /** An agent like that of AWS. */
  StartedAgent aws() {
    return with("aws");
  }

  /** An agent as the vendor's guide has it. */
  StartedAgent kms() {
    return with("kms");
  }

  private StartedAgent with(String dialect) {
    return agents.computeIfAbsent(dialect, it -> StartedAgent.start(it, ""));
  }

  @Override
  public void close() throws IOException {
    for (var agent : agents.values()) {
      agent.close();
    }
  }

  /** Hands the same agents to every test class that wants them. */
  static final class Resolver implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == SharedAgents.class;
    }

    @Override
    public SharedAgents resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(Namespace.create(SharedAgents.class))
          .computeIfAbsent(SharedAgents.class, _ -> new SharedAgents(), SharedAgents.class);
    }
  }
}
