package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.CacheStore;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.EncryptionKey;
import dev.kmsagent.config.Proxy;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.loading.LoadResult.Loaded;
import dev.kmsagent.config.loading.LoadResult.Rejected;
import dev.kmsagent.config.loading.LoadResult.Setting;
import dev.kmsagent.domain.ConfidentialText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as a whole, and what the lines of {@code cases} cannot say. */
class ConfigLoaderTest {
  /** Every key has a value of its own, so that none can end up in another's place. */
  private static final String RECORDS =
      """
      AgentConfig[server=ServerConfig[listen=ListenAddress[address=/10.0.0.7, port=2001],
      listensOnBothLoopbacks=false, guard=Guard[headers=[X-H], variables=[TOKEN_VAR],
      allowedHosts=[host.local]], pathPrefix=/prefix/, responseType=HASHICORP_KV, maxConn=11,
      maxWaiting=10, ignoreTransientErrors=false, requestTimeout=PT12S, shutdownGrace=PT13S,
      tls=Optional[TlsConfig[certificateFile=FOLDER/../tls/rsa.pem,
      keyFile=FOLDER/../tls/rsa.pkcs8.key, required=true]],
      vault=Optional[VaultConfig[mount=kv/team, lease=PT14S]]],
      management=Optional[ListenAddress[address=/10.0.0.8, port=2002]],
      kms=KmsConfig[region=Optional[cn-test],
      transport=Transport[endpoint=Endpoint[protocol=HTTP, host=127.0.0.1, port=2003],
      caFile=Optional[FOLDER/authority.pem],
      proxy=Optional[Proxy[host=proxy.local, port=2004, login=Optional[Login[user=me,
      password=***]], exceptions=[]]],
      connectTimeout=PT2S, readTimeout=PT0.202S],
      credentials=AccessKey[id=the-id, secret=***, securityToken=Optional[***]],
      maxCallsPerSecond=22, maxAttempts=3,
      circuitBreaker=CircuitBreaker[enabled=false, openFor=PT26S]],
      cache=CacheConfig[store=Redis[config=RedisConfig[servers=Sentinel[masterName=the-master,
      addresses=[sentinel.local:2005, [::1]:2006]], login=Optional[Login[user=Optional[the-user],
      password=***]], tls=Optional[Tls[caFile=Optional[FOLDER/redis-authority.pem]]],
      timeout=PT0.052S,
      entries=Entries[keyPrefix=the-prefix, encryptionKeys=[***, ***], localTtl=PT0.054S]]],
      maxEntries=31, maxBytes=2097152,
      freshness=Freshness[ttl=PT32S, refreshAheadRatio=0.33, ttlJitterRatio=0.34, maxStale=PT35S,
      staleAfter=PT0.036S], prefetch=[first, second], prefetchRequired=false],
      files=Optional[FilesConfig[directory=FOLDER/the-files, mode=388,
      entries=[FileEntry[name=one,
      pieces=[Value[name=a, field=Optional[b], encoding=RAW]]]]]],
      log=LogConfig[level=WARN, format=TEXT, console=false,
      file=Optional[LogFile[folder=/var/log/agent, maxBytes=42991616, maxBackups=42]],
      audit=Optional[AuditConfig[required=true, folder=FOLDER/the-audit, fileBytes=42991616,
      mostBytes=46137344, keep=PT1032H, keyFile=Optional[FOLDER/the-audit-key]]]]]
      """;

  private static final List<String> HOSTILE =
      List.of(
          "x@evil.example:42443/z",
          "x:y@evil.example",
          "evil.example:1/",
          "evil.example?",
          "evil.example#",
          "evil.example\\",
          "evil.example:99999",
          "evil.example:-1",
          "evil.example ",
          "evil.example\r\nX: y",
          "%65vil.example",
          "[::1",
          "..",
          "/");

  @TempDir private Path folder;

  private Attempt file(String name) {
    return Attempt.inHangzhou(new ConfigSource.File(Path.of(name))).in(folder);
  }

  @Test
  void an_empty_file_means_the_defaults() {
    assertThat(Attempt.inHangzhou("").config())
        .isEqualTo(Attempt.inHangzhou(new ConfigSource.Nothing()).config());
  }

  @Test
  void a_byte_order_mark_and_carriage_returns_are_harmless() {
    var attempt = Attempt.inHangzhou("\uFEFF[Server]\r\nHttpPort = 2026\r\n");
    assertThat(attempt.config().server().listen().port()).isEqualTo(2026);
  }

  @Test
  void a_relative_path_starts_at_the_working_directory() throws IOException {
    Files.writeString(folder.resolve("config.toml"), "[Server]\nMaxConn = 7\n");
    assertThat(file("config.toml").config().server().maxConn()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({
    "absent.toml, the file does not exist",
    "., the file is a folder",
    "/dev/zero, the file is longer than 1 MiB",
    "latin.toml, the file is not UTF-8"
  })
  void a_file_that_cannot_be_read_as_text_is_a_problem(String name, String problem)
      throws IOException {
    Files.write(folder.resolve("latin.toml"), new byte[] {'#', (byte) 0xE9, '\n'});
    assertThat(file(name).messages()).containsExactly(name + ": " + problem);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cn-shanghai", "cn-shanghai\n", "cn-shanghai\r\n"})
  void a_string_can_come_from_a_file_without_its_final_newline(String content) throws IOException {
    assertThat(inRegionOfFile(content).setting("KMS.Region").shownValue())
        .isEqualTo("\"cn-shanghai\"");
  }

  @Test
  void only_one_newline_is_dropped() throws IOException {
    assertThat(inRegionOfFile("cn-shanghai\n\n").messages()).hasSize(1);
  }

  private Attempt inRegionOfFile(String content) throws IOException {
    Files.writeString(folder.resolve("region"), content);
    return Attempt.of("[KMS]\nRegion = \"${FILE:region}\"\n").in(folder);
  }

  /** Each of these becomes the host of a URL, or a part of its name. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALIBABA_CLOUD_REGION_ID",
        "ALIBABA_CLOUD_STS_REGION",
        "ALIBABA_CLOUD_STS_ENDPOINT",
        "KMS_AGENT_KMS_REGION",
        "KMS_AGENT_KMS_ENDPOINT",
        "KMS_AGENT_KMS_STSENDPOINT"
      })
  void more_than_a_host_and_a_port_is_a_problem(String variable) {
    for (var text : HOSTILE) {
      assertThat(Attempt.inHangzhou("").with(Attempt.RRSA).with(variable, text).result())
          .as(text)
          .isInstanceOf(Rejected.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[KMS]\nAccessKeySecret = \"${FILE:/only/for/the/agent}\"\n",
        "[Cache]\nTtlSeconds = -1\n",
        "[Nonsense]\nKey = 1\n"
      })
  void a_client_does_not_mind_what_is_missing_or_wrong_outside_the_table_server(String toml) {
    assertThat(((Loaded<ServerConfig>) ofServer(toml)).settings())
        .isNotEmpty()
        .extracting(Setting::path)
        .allMatch(path -> path.startsWith("Server."));
  }

  @Test
  void a_client_reads_no_key_of_tls() {
    var files = "[Server]\nTlsCertificateFile = \"agent.pem\"\nTlsKeyFile = \"agent.key\"\n";
    assertThat(ofServer(files))
        .isInstanceOfSatisfying(
            Loaded.class,
            loaded ->
                assertThat(loaded.config().toString())
                    .contains("keyFile=/somewhere/agent.key, required=false"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[Server]\nHttpPort = 65536\n", "[Server\n"})
  void a_client_minds_what_is_wrong_in_the_table_server_and_broken_syntax(String toml) {
    assertThat(ofServer(toml)).isInstanceOf(Rejected.class);
  }

  private static LoadResult<ServerConfig> ofServer(String toml) {
    return new ConfigLoader(Map.of(), Path.of("/somewhere"))
        .loadServer(new ConfigSource.Text("config.toml", toml));
  }

  @Test
  void each_key_ends_up_in_its_place() throws IOException {
    var config =
        Attempt.of(Files.readString(TestFiles.path("everything.toml")))
            .in(TestFiles.path("."))
            .config();
    assertThat(config).hasToString(TestFiles.filled(RECORDS).strip().replace('\n', ' '));
    assertThat(config.kms().credentials())
        .isEqualTo(
            new CredentialSource.AccessKey(
                "the-id",
                new ConfidentialText("the-secret"),
                Optional.of(new ConfidentialText("the-token"))));
    assertThat(config.kms().transport().proxy().flatMap(Proxy::login))
        .contains(new Proxy.Login("me", new ConfidentialText("p@ss")));
    var redis = ((CacheStore.Redis) config.cache().store()).config();
    assertThat(redis.login())
        .contains(
            new RedisConfig.Login(Optional.of("the-user"), new ConfidentialText("the-password")));
    assertThat(redis.entries().encryptionKeys())
        .containsExactly(
            key("a key of 32 bytes, the new one.."), key("a key of 32 bytes, the old one.."));
  }

  /** In others the entries of a role could be had by the agent of any node. */
  @ParameterizedTest
  @MethodSource("otherTypes")
  void no_type_of_cache_but_those_of_the_node_is_taken_with_the_tokens_of_pods(String type) {
    assertThat(Attempt.inHangzhou("Cache.CacheType = " + type).given("PODS").messages())
        .anyMatch(it -> it.contains("Cache.CacheType = " + type + " is not possible with KMS."));
  }

  static Stream<String> otherTypes() {
    return new AgentConfig.Keys()
        .keys().stream()
            .filter(key -> key.path().equals("Cache.CacheType"))
            .flatMap(key -> Stream.of(key.type().allowed().describe().split(", ", -1)))
            .filter(type -> !List.of("\"InMemory\"", "\"File\"").contains(type));
  }

  private static EncryptionKey key(String content) {
    return new EncryptionKey(content.getBytes(StandardCharsets.UTF_8));
  }
}
