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
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.Map;

/**
 * The API of Kubernetes, taken strictly: a field that it does not have, or a value of another type,
 * is an {@link IllegalArgumentException}.
 */
final class KubernetesModel {
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.of(
          "v1/ConfigMap", ConfigMap.class,
          "v1/Namespace", Namespace.class,
          "v1/ServiceAccount", ServiceAccount.class,
          "apps/v1/Deployment", Deployment.class,
          "batch/v1/Job", Job.class,
          "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class,
          "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class);

  /** The model's classes keep fields that they do not know; here they have no place for them. */
  private static final class NothingBesides extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public Boolean hasAnySetter(Annotated member) {
      return false;
    }
  }

  private static final ObjectMapper STRICT = strict();

  private KubernetesModel() {}

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
    var kind = document.get("apiVersion") + "/" + document.get("kind");
    var type = KINDS.get(kind);
    if (type == null) {
      throw new IllegalArgumentException("No such kind: " + kind);
    }
    return part(document, type);
  }

  /** A part of a document as a type of the API. */
  static <T> T part(Object value, Class<T> type) {
    return STRICT.convertValue(value, type);
  }
}
