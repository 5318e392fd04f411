package dev.kmsagent.deploy.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A booted host with packages of two versions and an emulated KMS, for an agent as its service. */
record Service(BootedHost host, Packages packages) {
  static final String INSTALL_DEB =
      "dpkg --force-confold -i /src/packages/alibabacloud-kms-agent_VERSION_amd64.deb";

  private static final String START_CLOUD =
      """
      systemd-run --quiet --unit=cloud /src/distribution/alibabacloud-kms-agent dev --port=0
      for i in $(seq 300); do journalctl -u cloud | grep -q 'KMS behind it is emulated' && exit; sleep 0.2; done
      exit 1
      """;

  private static final String CONFIGURE =
      """
      port=$(journalctl -u cloud -o cat | sed -n 's|.*is emulated, at http://127.0.0.1:\\([0-9]*\\).*|\\1|p')
      cat >/etc/alibabacloud-kms-agent/environment <<END
      KMS_AGENT_KMS_ENDPOINT=127.0.0.1:$port
      KMS_AGENT_KMS_PROTOCOL=http
      KMS_AGENT_KMS_CREDENTIALTYPE=AccessKey
      ALIBABA_CLOUD_ACCESS_KEY_ID=LTAI-emulated
      ALIBABA_CLOUD_ACCESS_KEY_SECRET=known-to-everybody
      ALIBABA_CLOUD_REGION_ID=cn-hangzhou
      KMS_AGENT_LOG_LOGPATH=./logs/
      END
      usermod -aG kms-token member
      systemctl enable --now alibabacloud-kms-agent
      """;

  private static final String AWAIT_PORT =
      "for i in $(seq 300); do curl -s -o /dev/null http://127.0.0.1:2025/ && exit; sleep 0.2;"
          + " done; exit 1";

  static final String READ =
      "curl -s -H \"X-Vault-Token:$(cat /var/run/kmstoken/token)\""
          + " \"http://localhost:2025/secretsmanager/get?secretId=app/dev/secret-1\"";

  private static @Nullable Packages built;

  /** Of version 1.0.0; beside them are those of 2.0.0, with another configuration. */
  private static synchronized Packages twoVersions() {
    var packages = built;
    if (packages == null) {
      var folder = Path.of("target/packages").toAbsolutePath();
      packages = Packages.build(BuiltDistributions.SELF_CONTAINED, "1.0.0", folder);
      Packages.build(newer(), "2.0.0", folder);
      built = packages;
    }
    return packages;
  }

  private static Path newer() {
    var folder = Path.of("target/newer");
    var copy = "rm -rf $1 && cp -a $0 $1 && echo '# newer' >>$1/config.toml";
    var _ =
        SystemCommand.of("sh", "-c", copy, BuiltDistributions.SELF_CONTAINED, folder)
            .run()
            .outputOfSuccess();
    return folder;
  }

  /** Boots it, or skips the test and says why it cannot be. */
  static Service boot() throws IOException {
    var packages = twoVersions();
    var host = BootedHost.boot(packages.folder());
    host.run(START_CLOUD);
    host.run("useradd member && useradd stranger");
    return new Service(host, packages);
  }

  void configureAndStart() {
    host.run(CONFIGURE);
    awaitPort();
  }

  void awaitPort() {
    host.run(AWAIT_PORT);
  }

  /** What a user gets who reads a secret. */
  SystemCommand.Outcome read(String user) {
    return host.execute(
        "setpriv --reuid %1$s --regid %1$s --init-groups sh -c '%2$s' 2>&1".formatted(user, READ));
  }

  void serves() {
    awaitPort();
    assertThat(read("member").output()).contains("hello from the emulated KMS");
  }
}
