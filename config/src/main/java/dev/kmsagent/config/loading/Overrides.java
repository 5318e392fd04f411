package dev.kmsagent.config.loading;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The variables that begin with {@code KMS_AGENT_}. */
final class Overrides {
  /**
   * What is not the configuration's: the launcher's variables, and those that Kubernetes sets in
   * every pod when a service is called kms-agent.
   */
  private static final Pattern FOREIGN =
      Pattern.compile(
          "KMS_AGENT_(JAVA_OPTS|HEAP|SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_[0-9]+_(TCP|UDP|SCTP).*)?)");

  private final Catalogue catalogue;
  private final Map<ConfigKey<?>, Candidate> candidates = new HashMap<>();
  private final List<Problem> problems = new ArrayList<>();

  private Overrides(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  static Gathered gather(Map<String, String> environment, Catalogue catalogue) {
    Overrides overrides = new Overrides(catalogue);
    new TreeMap<>(environment).forEach(overrides::take);
    return new Gathered(overrides.candidates, overrides.problems, true);
  }

  private void take(String variable, String text) {
    if (!variable.startsWith(ConfigKey.PREFIX) || FOREIGN.matcher(variable).matches()) {
      return;
    }
    Origin origin = new Origin.Variable(variable);
    switch (catalogue.byVariable(variable)) {
      case Catalogue.Entry.Known(ConfigKey<?> key) ->
          candidates.put(key, new Candidate(key.shape().form().ofVariable(text), origin));
      case Catalogue.Entry.Unknown(String closest) ->
          problems.add(Problem.unknown(origin, "it", closest));
    }
  }
}
