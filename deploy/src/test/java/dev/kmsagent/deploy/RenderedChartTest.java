package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The copies in {@code deploy/kubernetes/rendered} are what Helm renders. With {@code
 * -Dgenerate=true} they are written anew.
 */
final class RenderedChartTest {
  private static void verify(String copy, HelmChart chart, String... values) throws IOException {
    var file = Clone.kubernetes().resolve("rendered").resolve(copy);
    var head = "# Rendered by Helm from deploy/helm/" + chart.folder().getFileName();
    var text = head + ": change the chart.\n" + chart.text(values);
    if (Boolean.getBoolean("generate")) {
      Files.writeString(file, text);
    }
    assertThat(file).content().isEqualTo(text);
  }

  @Test
  void the_mutating_policy_is_current() throws IOException {
    verify("mutating-policy.yaml", HelmChart.agent(HelmChart.NEW), HelmChart.usualValues());
  }

  @Test
  void the_sidecarset_is_current() throws IOException {
    verify("sidecarset.yaml", HelmChart.agent(HelmChart.OLD), HelmChart.usualValues());
  }

  @Test
  void the_agent_on_each_node_is_current() throws IOException {
    verify("node.yaml", HelmChart.agent(HelmChart.NEW), HelmChart.usualValues(), HelmChart.NODE);
  }

  @Test
  void the_application_with_its_own_sidecar_is_current(@TempDir Path folder) throws IOException {
    verify("my-app.yaml", HelmChart.application(folder), "{}");
  }
}
