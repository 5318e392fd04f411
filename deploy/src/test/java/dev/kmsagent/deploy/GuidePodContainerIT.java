package dev.kmsagent.deploy;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.nio.file.Path;
import java.util.Map;

/** The Deployment of the guide, with its command as it stands there. */
final class GuidePodContainerIT extends PodContract {
  GuidePodContainerIT() {
    super("kmsagent");
  }

  @Override
  HostCloud cloud(Path folder) throws Exception {
    return HostCloud.start(folder, ROLE, "rrsa-dev", "dev-sa");
  }

  @Override
  Playable playable(HostCloud cloud) {
    var deployment = Manifests.one("seed/deployment.yaml", Deployment.class);
    var emulator = cloud.emulator();
    return new Playable("kms-agent-guide", Manifests.pod(deployment), Map.of())
        .image(Images.guide())
        .in(cloud)
        .with("ALIBABA_CLOUD_ROLE_ARN", emulator.roles().arn(ROLE))
        .with("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", emulator.oidc().arn())
        .secret(Map.of("token", emulator.oidc().tokenFor("rrsa-dev", "dev-sa").text()));
  }
}
