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
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;

/**
 * The API of Kubernetes, taken strictly: a field that it does not have, or a value of another type,
 * is an {@link IllegalArgumentException}.
 */
final class KubernetesModel {
  /** Where the model has the kinds of a version of the API. */
  private static final Map<String, String> PACKAGES =
      Map.of(
          "v1", "",
          "apps/v1", "apps.",
          "networking.k8s.io/v1", "networking.v1.",
          "rbac.authorization.k8s.io/v1", "rbac.",
          "admissionregistration.k8s.io/v1", "admissionregistration.v1.");

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
}
