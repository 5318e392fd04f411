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
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingAdmissionPolicyBinding;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBinding;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import java.util.Map;

/**
 * The API of Kubernetes, taken strictly: a field that it does not have, or a value of another type,
 * is an {@link IllegalArgumentException}.
 */
final class KubernetesModel {
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.ofEntries(
          kind("v1", ConfigMap.class),
          kind("v1", Namespace.class),
          kind("v1", Pod.class),
          kind("v1", Service.class),
          kind("v1", ServiceAccount.class),
          kind("apps/v1", DaemonSet.class),
          kind("apps/v1", Deployment.class),
          kind("networking.k8s.io/v1", NetworkPolicy.class),
          kind("rbac.authorization.k8s.io/v1", ClusterRoleBinding.class),
          kind("admissionregistration.k8s.io/v1", MutatingAdmissionPolicy.class),
          kind("admissionregistration.k8s.io/v1", MutatingAdmissionPolicyBinding.class),
          kind("admissionregistration.k8s.io/v1", ValidatingAdmissionPolicy.class),
          kind("admissionregistration.k8s.io/v1", ValidatingAdmissionPolicyBinding.class));

  private static Map.Entry<String, Class<? extends HasMetadata>> kind(
      String version, Class<? extends HasMetadata> type) {
    return Map.entry(version + "/" + type.getSimpleName(), type);
  }

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
