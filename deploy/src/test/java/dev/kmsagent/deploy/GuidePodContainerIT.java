package dev.kmsagent.deploy;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Path;

/** The Deployment of the guide, with its command as it stands there. */
final class GuidePodContainerIT extends PodContract {
  private static final String NAME = "kms-agent-guide";

  GuidePodContainerIT() {
    super(NAME, "kmsagent");
  }

  @Override
  HostCloud cloud(Path folder) throws Exception {
    return HostCloud.start(folder, ROLE, "rrsa-dev", "dev-sa");
  }

  @Override
  Playable playable(HostCloud cloud, Path volumes) throws IOException {
    var deployment = Manifests.one("seed/deployment.yaml", Deployment.class);
    var emulator = cloud.emulator();
    return new Playable(NAME, deployment, volumes)
        .images(Images.guide(), Images.application())
        .cloud(
            "kmsagent",
            cloud,
            emulator.roles().arn(ROLE),
            emulator.oidc().tokenFor("rrsa-dev", "dev-sa").text());
  }
}
