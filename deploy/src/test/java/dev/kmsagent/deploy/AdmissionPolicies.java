package dev.kmsagent.deploy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.JsonPrimitive;
import dev.cel.common.values.NullValue;
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
  private static final Map<String, Object> NO_PARAMS = Map.of();

  private final List<Mutation> mutations = new ArrayList<>();
  private final List<Checks> checks = new ArrayList<>();
  private final Map<String, Object> namespace;

  /** Of the documents that a chart renders; others than policies are left out. */
  AdmissionPolicies(List<Map<String, Object>> documents) {
    this(documents, Map.of());
  }

  /** For objects of a namespace with these labels. */
  AdmissionPolicies(List<Map<String, Object>> documents, Map<String, String> labels) {
    namespace = Map.of("metadata", Map.of("labels", labels));
    for (var document : documents) {
      if (String.valueOf(document.get("kind")).endsWith("AdmissionPolicy")) {
        var spec = Pods.map(document, "spec");
        var scope = Scope.of(spec);
        var expressions = scope.expressions();
        var isRunAgain = "IfNeeded".equals(spec.get("reinvocationPolicy"));
        for (var mutation : Pods.maps(spec, "mutations")) {
          var patch = text(Pods.map(mutation, "jsonPatch"), "expression");
          mutations.add(new Mutation(scope, expressions.compile(patch), isRunAgain));
        }
        var validations = Pods.maps(spec, "validations").stream();
        var params =
            spec.containsKey("paramKind") ? params(documents, document) : List.of(NO_PARAMS);
        if (params.stream().anyMatch(it -> it.containsKey("selector"))) {
          // The API server says nothing but the name of the policy.
          if (params.stream().anyMatch(it -> isMissing(it, documents))) {
            validations = Stream.of(Map.of("expression", "false", "message", name(document)));
          }
          params = List.of(NO_PARAMS);
        }
        checks.add(
            new Checks(scope, params, validations.map(it -> Check.of(expressions, it)).toList()));
      }
    }
  }

  /** What the bindings of a policy refer to. */
  private static List<Map<String, Object>> params(
      List<Map<String, Object>> documents, Map<String, Object> policy) {
    return documents.stream()
        .filter(it -> (policy.get("kind") + "Binding").equals(it.get("kind")))
        .map(it -> Pods.map(it, "spec"))
        .filter(it -> text(it, "policyName").equals(name(policy)))
        .map(it -> Pods.map(it, "paramRef"))
        .toList();
  }

  /** What is referred to by labels has to be there, and is not compared with. */
  private static boolean isMissing(
      Map<String, Object> reference, List<Map<String, Object>> documents) {
    var labels = Pods.map(Pods.map(reference, "selector"), "matchLabels").entrySet();
    return documents.stream()
        .map(it -> Pods.map(Pods.map(it, "metadata"), "labels").entrySet())
        .noneMatch(it -> it.containsAll(labels));
  }

  private static String name(Map<String, Object> document) {
    return text(Pods.map(document, "metadata"), "name");
  }

  private static String text(Map<String, Object> parent, String field) {
    return String.valueOf(parent.get(field));
  }

  /** What a request is, in an expression. */
  private record Request(
      String operation,
      String resource,
      Map<String, Object> object,
      Map<String, Object> old,
      Map<String, Object> namespace) {
    static Request toCreate(Map<String, Object> pod, Map<String, Object> namespace) {
      return new Request("CREATE", "pods", pod, Map.of(), namespace);
    }

    Map<String, Object> inputs(Map<String, Object> params) {
      var name = Pods.map(object, "metadata").get("namespace");
      var request = Map.of("operation", operation, "namespace", String.valueOf(name));
      return Map.of(
          "object", value(object),
          "oldObject", value(old),
          "request", request,
          "namespaceObject", namespace,
          "params", value(params));
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
      Map<String, Object> constraints,
      List<Expressions.Compiled> conditions,
      Expressions expressions) {
    static Scope of(Map<String, Object> spec) {
      var inputs =
          Stream.of("object", "oldObject", "request", "namespaceObject", "params")
              .filter(it -> !it.equals("params") || spec.containsKey("paramKind"))
              .toArray(String[]::new);
      var alone = new Expressions(inputs);
      var expressions = new Expressions(inputs);
      for (var variable : Pods.maps(spec, "variables")) {
        expressions.define(text(variable, "name"), text(variable, "expression"));
      }
      var conditions =
          Pods.maps(spec, "matchConditions").stream()
              .map(it -> alone.compile(text(it, "expression")))
              .toList();
      return new Scope(Pods.map(spec, "matchConstraints"), conditions, expressions);
    }

    Optional<Map<String, Object>> values(Request request, Map<String, Object> params) {
      var inputs = request.inputs(params);
      return isFor(request) && conditions.stream().allMatch(it -> it.evaluate(inputs).equals(true))
          ? Optional.of(expressions.values(inputs))
          : Optional.empty();
    }

    private boolean isFor(Request request) {
      var rule = Pods.maps(constraints, "resourceRules").getFirst();
      return Pods.list(rule, "operations").contains(request.operation())
          && Pods.list(rule, "resources").contains(request.resource())
          && Stream.of(request.object(), request.old()).anyMatch(this::selects);
    }

    private boolean selects(Map<String, Object> object) {
      var selector = Pods.map(constraints, "objectSelector");
      var labels = Pods.map(Pods.map(object, "metadata"), "labels");
      return labels.entrySet().containsAll(Pods.map(selector, "matchLabels").entrySet())
          && Pods.maps(selector, "matchExpressions").stream()
              .allMatch(
                  it -> "Exists".equals(it.get("operator")) && labels.containsKey(it.get("key")));
    }
  }

  /**
   * One change of a pod.
   *
   * @param isRunAgain after other webhooks changed the pod
   */
  private record Mutation(Scope scope, Expressions.Compiled patch, boolean isRunAgain) {
    Map<String, Object> apply(Map<String, Object> pod, Map<String, Object> namespace) {
      return scope
          .values(Request.toCreate(pod, namespace), NO_PARAMS)
          .map(values -> patch.evaluate(values))
          .map(patch -> JsonPatch.apply(JSON.valueToTree(patch), JSON.valueToTree(pod)))
          .map(patched -> JSON.convertValue(patched, DOCUMENT))
          .orElse(pod);
    }
  }

  /**
   * What a policy checks.
   *
   * @param params what it compares with, one for each binding
   */
  private record Checks(Scope scope, List<Map<String, Object>> params, List<Check> checks) {
    Stream<String> refusals(Request request, List<Map<String, Object>> cluster) {
      return params.stream()
          .flatMap(it -> found(it, cluster).stream())
          .flatMap(it -> scope.values(request, it).stream())
          .flatMap(values -> checks.stream().flatMap(check -> check.refusal(values).stream()));
    }

    /** The API server refuses everything if one is missing that it may not do without. */
    private static Optional<Map<String, Object>> found(
        Map<String, Object> reference, List<Map<String, Object>> cluster) {
      if (reference.isEmpty()) {
        return Optional.of(NO_PARAMS);
      }
      var name = new HashMap<>(reference);
      if (!"Allow".equals(name.remove("parameterNotFoundAction"))) {
        throw new IllegalArgumentException("params are needed: " + reference);
      }
      return cluster.stream()
          .filter(it -> Pods.map(it, "metadata").entrySet().containsAll(name.entrySet()))
          .findFirst();
    }
  }

  private record Check(Expressions.Compiled expression, Expressions.Compiled message) {
    static Check of(Expressions expressions, Map<String, Object> validation) {
      var literal = new JsonPrimitive(text(validation, "message")).toString();
      var message = String.valueOf(validation.getOrDefault("messageExpression", literal));
      return new Check(
          expressions.compile(text(validation, "expression")), expressions.compile(message));
    }

    Optional<String> refusal(Map<String, Object> values) {
      return expression.evaluate(values).equals(true)
          ? Optional.empty()
          : Optional.of(String.valueOf(message.evaluate(values)));
    }
  }

  /** The pod as the mutating policies leave it. */
  Map<String, Object> mutate(Map<String, Object> pod) {
    return apply(mutations, pod);
  }

  /** The pod as those leave it that run again, once other webhooks have changed it. */
  Map<String, Object> mutateAgain(Map<String, Object> pod) {
    return apply(mutations.stream().filter(Mutation::isRunAgain).toList(), pod);
  }

  private Map<String, Object> apply(List<Mutation> mutations, Map<String, Object> pod) {
    var mutated = pod;
    for (var mutation : mutations) {
      mutated = mutation.apply(mutated, namespace);
    }
    return mutated;
  }

  /** Why this pod may not be created as it is; nothing if it may. */
  List<String> refusals(Map<String, Object> pod) {
    return refusals(Request.toCreate(pod, namespace), List.of());
  }

  /** Why an object may not change in this way, as this resource: {@code pods/status}. */
  List<String> refusals(String resource, Map<String, Object> old, Map<String, Object> object) {
    return refusals(new Request("UPDATE", resource, object, old, namespace), List.of());
  }

  /** Why an object may not be created or changed, in a cluster with these other objects. */
  List<String> refusals(
      String operation,
      String resource,
      Map<String, Object> object,
      List<Map<String, Object>> cluster) {
    return refusals(new Request(operation, resource, object, Map.of(), namespace), cluster);
  }

  private List<String> refusals(Request request, List<Map<String, Object>> cluster) {
    return checks.stream().flatMap(it -> it.refusals(request, cluster)).toList();
  }
}
