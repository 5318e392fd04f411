package dev.kmsagent.deploy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.JsonPrimitive;
import dev.cel.common.values.NullValue;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MatchCondition;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MatchResources;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.Validation;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.Variable;
import io.fabric8.zjsonpatch.JsonPatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The admission policies of a rendered chart, as the API server evaluates them. */
final class AdmissionPolicies {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, Object>> DOCUMENT = new TypeReference<>() {};
  private static final Object NULL = NullValue.NULL_VALUE;

  private final List<Mutation> mutations = new ArrayList<>();
  private final List<Checks> checks = new ArrayList<>();

  /** Of the documents that a chart renders; others than policies are left out. */
  AdmissionPolicies(List<Map<String, Object>> documents) {
    documents.stream()
        .filter(it -> String.valueOf(it.get("kind")).endsWith("AdmissionPolicy"))
        .map(Manifests::resource)
        .forEach(
            policy -> {
              switch (policy) {
                case MutatingAdmissionPolicy mutating -> mutations.add(mutation(mutating));
                case ValidatingAdmissionPolicy validating -> checks.add(checks(validating));
                default -> throw new IllegalArgumentException(policy.getKind());
              }
            });
  }

  private static Mutation mutation(MutatingAdmissionPolicy policy) {
    var spec = policy.getSpec();
    var scope =
        Scope.of(spec.getMatchConstraints(), spec.getMatchConditions(), spec.getVariables());
    var expression = spec.getMutations().getFirst().getJsonPatch().getExpression();
    return new Mutation(scope, scope.expressions().compile(expression));
  }

  private static Checks checks(ValidatingAdmissionPolicy policy) {
    var spec = policy.getSpec();
    var scope =
        Scope.of(spec.getMatchConstraints(), spec.getMatchConditions(), spec.getVariables());
    var checks = spec.getValidations().stream().map(it -> Check.of(scope.expressions(), it));
    return new Checks(scope, checks.toList());
  }

  /** What a request is, in an expression. */
  private record Request(String operation, Map<String, Object> pod, Map<String, Object> old) {
    Map<String, Object> inputs() {
      var namespace = Pods.map(pod, "metadata").get("namespace");
      var request = Map.of("operation", operation, "namespace", String.valueOf(namespace));
      return Map.of("object", value(pod), "oldObject", value(old), "request", request);
    }

    /** Numbers and nothing as CEL has them. */
    private static Object value(Object value) {
      return switch (value) {
        case Map<?, ?> map -> {
          var fields = new HashMap<Object, Object>();
          map.forEach((name, field) -> fields.put(name, field == null ? NULL : value(field)));
          yield fields;
        }
        case List<?> list -> list.stream().map(Request::value).toList();
        case Integer number -> number.longValue();
        default -> value;
      };
    }
  }

  /** Which requests a policy is for, and what it knows of them. */
  private record Scope(
      MatchResources resources, List<Expressions.Compiled> conditions, Expressions expressions) {
    static Scope of(
        MatchResources resources, List<MatchCondition> conditions, List<Variable> variables) {
      var alone = new Expressions("object", "oldObject", "request");
      var expressions = new Expressions("object", "oldObject", "request");
      variables.forEach(it -> expressions.define(it.getName(), it.getExpression()));
      return new Scope(
          resources,
          conditions.stream().map(it -> alone.compile(it.getExpression())).toList(),
          expressions);
    }

    Optional<Map<String, Object>> values(Request request) {
      var inputs = request.inputs();
      return isFor(request) && conditions.stream().allMatch(it -> it.evaluate(inputs).equals(true))
          ? Optional.of(expressions.values(inputs))
          : Optional.empty();
    }

    private boolean isFor(Request request) {
      var selector = resources.getObjectSelector();
      return resources.getResourceRules().getFirst().getOperations().contains(request.operation())
          && Stream.of(request.pod(), request.old()).anyMatch(pod -> selects(selector, pod));
    }

    private static boolean selects(LabelSelector selector, Map<String, Object> pod) {
      var labels = Pods.map(Pods.map(pod, "metadata"), "labels");
      return labels.entrySet().containsAll(selector.getMatchLabels().entrySet())
          && selector.getMatchExpressions().stream()
              .allMatch(it -> it.getOperator().equals("Exists") && labels.containsKey(it.getKey()));
    }
  }

  private record Mutation(Scope scope, Expressions.Compiled patch) {
    Map<String, Object> apply(Map<String, Object> pod) {
      return scope
          .values(new Request("CREATE", pod, Map.of()))
          .map(values -> patch.evaluate(values))
          .map(patch -> JsonPatch.apply(JSON.valueToTree(patch), JSON.valueToTree(pod)))
          .map(patched -> JSON.convertValue(patched, DOCUMENT))
          .orElse(pod);
    }
  }

  private record Checks(Scope scope, List<Check> checks) {
    Stream<String> refusals(Request request) {
      return scope.values(request).stream()
          .flatMap(values -> checks.stream().flatMap(check -> check.refusal(values).stream()));
    }
  }

  private record Check(Expressions.Compiled expression, Expressions.Compiled message) {
    static Check of(Expressions expressions, Validation validation) {
      var text = validation.getMessageExpression();
      var message = text == null ? new JsonPrimitive(validation.getMessage()).toString() : text;
      return new Check(
          expressions.compile(validation.getExpression()), expressions.compile(message));
    }

    Optional<String> refusal(Map<String, Object> values) {
      return expression.evaluate(values).equals(true)
          ? Optional.empty()
          : Optional.of(String.valueOf(message.evaluate(values)));
    }
  }

  /** The pod as the mutating policies leave it. */
  Map<String, Object> mutate(Map<String, Object> pod) {
    var mutated = pod;
    for (var mutation : mutations) {
      mutated = mutation.apply(mutated);
    }
    return mutated;
  }

  /** Why this pod may not be created as it is; nothing if it may. */
  List<String> refusals(Map<String, Object> pod) {
    return refusals(new Request("CREATE", pod, Map.of()));
  }

  /** Why a pod may not change in this way. */
  List<String> refusals(Map<String, Object> old, Map<String, Object> pod) {
    return refusals(new Request("UPDATE", pod, old));
  }

  private List<String> refusals(Request request) {
    return checks.stream().flatMap(it -> it.refusals(request)).toList();
  }
}
