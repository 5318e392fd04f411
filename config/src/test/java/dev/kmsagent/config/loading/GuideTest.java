package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.Endpoint;
import dev.kmsagent.config.Endpoint.Protocol;
import dev.kmsagent.config.LogConfig.LogFile;
import dev.kmsagent.config.LogConfig.LogLevel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The file of the official guide for ACK, as it stands. */
class GuideTest {

  @Test
  void the_file_of_the_official_guide_loads_unchanged() throws IOException {
    AgentConfig config = Attempt.of(TestFiles.text("guide.toml")).config();

    assertThat(config.server().listen().port()).isEqualTo(2025);
    assertThat(config.kms().transport().endpoint())
        .isEqualTo(new Endpoint(Protocol.HTTPS, "kms.cn-hangzhou.aliyuncs.com", 443));
    assertThat(config.cache().maxEntries()).isEqualTo(1000);
    assertThat(config.cache().freshness().ttl()).hasSeconds(300);
    assertThat(config.log().level()).isEqualTo(LogLevel.DEBUG);
    assertThat(config.log().file())
        .isEqualTo(Optional.of(new LogFile(Path.of("/somewhere/./logs"), 100L << 20, 2)));
  }
}
