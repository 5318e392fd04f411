package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.EncryptionKey;
import dev.kmsagent.config.Proxy;
import dev.kmsagent.config.RedisConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A file that gives every key a value of its own, so that none can end up in another's place. */
class WholeConfigTest {
  private static final String RECORDS =
      """
      AgentConfig[server=ServerConfig[listen=ListenAddress[address=/10.0.0.7, port=2001],
      listensOnBothLoopbacks=false, guard=Guard[headers=[X-H], variables=[TOKEN_VAR],
      allowedHosts=[host.local]], pathPrefix=/prefix/, responseType=HASHICORP_KV, maxConn=11,
      ignoreTransientErrors=false, requestTimeout=PT12S, shutdownGrace=PT13S,
      vault=Optional[VaultConfig[mount=kv/team, lease=PT14S]]],
      management=Optional[ListenAddress[address=/10.0.0.8, port=2002]],
      kms=KmsConfig[region=Optional[cn-test],
      transport=Transport[endpoint=Endpoint[protocol=HTTP, host=127.0.0.1, port=2003],
      caFile=Optional[FOLDER/authority.pem],
      proxy=Through[host=proxy.local, port=2004, login=Basic[user=me, password=***], exceptions=[]],
      connectTimeout=PT2S, readTimeout=PT0.202S],
      credentials=AccessKey[id=the-id, secret=***, securityToken=Optional[***]],
      maxCallsPerSecond=22, maxAttempts=3,
      circuitBreaker=CircuitBreaker[enabled=false, failureRateThreshold=23, openFor=PT26S]],
      cache=CacheConfig[redis=Optional[RedisConfig[servers=Sentinel[masterName=the-master,
      addresses=[sentinel.local:2005, [::1]:2006]], login=User[name=the-user, password=***],
      tls=On[caFile=Optional[FOLDER/redis-authority.pem]], timeout=PT0.052S,
      entries=Entries[keyPrefix=the-prefix, encryptionKeys=[***, ***], localTtl=PT0.054S]]],
      maxEntries=31, maxBytes=2097152,
      freshness=Freshness[ttl=PT32S, refreshAheadRatio=0.33, ttlJitterRatio=0.34, maxStale=PT35S,
      staleAfter=PT0.036S], prefetch=[first, second]],
      log=LogConfig[level=WARN, format=TEXT, console=false, audit=REQUIRED,
      file=Optional[LogFile[folder=/var/log/agent, maxBytes=42991616, maxBackups=42]]]]
      """;

  @Test
  void each_key_ends_up_in_its_place() throws IOException {
    var config =
        Attempt.of(Files.readString(TestFiles.path("everything.toml")))
            .in(TestFiles.path("."))
            .config();
    assertThat(config).hasToString(KeySample.filled(RECORDS).strip().replace('\n', ' '));
    assertThat(config.kms().credentials())
        .isEqualTo(
            new CredentialSource.AccessKey(
                "the-id",
                new ConfidentialText("the-secret"),
                Optional.of(new ConfidentialText("the-token"))));
    assertThat(((Proxy.Through) config.kms().transport().proxy()).login())
        .isEqualTo(new Proxy.Login.Basic("me", new ConfidentialText("p@ss")));
    var redis = config.cache().redis().orElseThrow();
    assertThat(redis.login())
        .isEqualTo(new RedisConfig.Login.User("the-user", new ConfidentialText("the-password")));
    assertThat(redis.entries().encryptionKeys())
        .containsExactly(
            key("a key of 32 bytes, the new one.."), key("a key of 32 bytes, the old one.."));
  }

  private static EncryptionKey key(String content) {
    return new EncryptionKey(content.getBytes(StandardCharsets.UTF_8));
  }
}
