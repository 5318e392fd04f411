package dev.kmsagent.deploy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The manifests of the clone as resources of Kubernetes, and what is looked for in them. The API is
 * taken strictly: a field that it does not have, or a value of another type, is an {@link
 * IllegalArgumentException}.
 */
final class Manifests {
  /** Where the model has the kinds of a version of the API. */
  private static final Map<String, String> PACKAGES =
      Map.of(
          "v1", "",
          "apps/v1", "apps.",
          "networking.k8s.io/v1", "networking.v1.",
          "rbac.authorization.k8s.io/v1", "rbac.",
          "admissionregistration.k8s.io/v1", "admissionregistration.v1.");

  private static final Pattern TEXT = Pattern.compile("\"([^\"]*)\"");

  /** The model's classes keep fields that they do not know; here they have no place for them. */
  private static final class NothingBesides extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public Boolean hasAnySetter(Annotated member) {
      return false;
    }
  }

  private static final ObjectMapper STRICT = strict();

  private static ObjectMapper strict() {
    var mapper =
        JsonMapper.builder()
            .annotationIntrospector(new NothingBesides())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();
    var text = mapper.coercionConfigFor(LogicalType.Textual);
    text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
    text.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
    text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
    return mapper;
  }

  /** A document as the resource that it says it is. */
  static HasMetadata resource(Map<String, Object> document) {
    var of = PACKAGES.get(String.valueOf(document.get("apiVersion")));
    try {
      var type = Class.forName("io.fabric8.kubernetes.api.model." + of + document.get("kind"));
      return part(document, type.asSubclass(HasMetadata.class));
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException("There is no " + document.get("kind"), e);
    }
  }

  /** A part of a document as a type of the API. */
  static <T> T part(Object value, Class<T> type) {
    return STRICT.convertValue(value, type);
  }

  private Manifests() {}

  /** The resources of a file, by its path under {@code deploy/kubernetes}. */
  static List<HasMetadata> read(String file) {
    return Yaml.read(Clone.kubernetes().resolve(file)).stream().map(Manifests::resource).toList();
  }

  /** The one resource of a type in a file. */
  static <T extends HasMetadata> T one(String file, Class<T> type) {
    var found = read(file).stream().filter(type::isInstance).map(type::cast).toList();
    if (found.size() != 1) {
      throw new AssertionError("%d of %s".formatted(found.size(), type.getSimpleName()));
    }
    return found.getFirst();
  }

  /** The YAML files under {@code deploy/kubernetes}, by their paths there. */
  static Stream<String> files() {
    return Clone.files(Clone.kubernetes(), 9, ".yaml").stream()
        .map(file -> Clone.kubernetes().relativize(file).toString());
  }

  /** A policy for RAM. */
  static String policy(String name) {
    return Clone.text(Clone.kubernetes().resolve("ram/" + name + ".json"));
  }

  /** The texts of all fields of a name in a policy, each alone or in a list. */
  static List<String> texts(String policy, String field) {
    return Pattern.compile("\"" + field + "\"\\s*:\\s*(\\[[^]]*]|\"[^\"]*\")")
        .matcher(policy)
        .results()
        .flatMap(it -> TEXT.matcher(it.group(1)).results())
        .map(it -> it.group(1))
        .toList();
  }

  /** What a workload runs. */
  static PodSpec pod(HasMetadata workload) {
    return switch (workload) {
      case Deployment deployment -> deployment.getSpec().getTemplate().getSpec();
      case DaemonSet daemonSet -> daemonSet.getSpec().getTemplate().getSpec();
      default -> throw new AssertionError("It has no pod: " + workload.getKind());
    };
  }

  static Stream<Container> containers(PodSpec pod) {
    return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream());
  }

  static Container container(PodSpec pod, String name) {
    return containers(pod)
        .filter(container -> container.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("There is no container " + name));
  }
}
