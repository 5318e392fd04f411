package dev.kmsagent.adapters.kms.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.config.Authorities;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.Endpoint;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.domain.event.AgentEvent;
import dev.kmsagent.domain.event.CredentialEvent.OidcTokenOverdue;
import dev.kmsagent.domain.event.CredentialEvent.OidcTokenRenewed;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The token file of a pod, which its platform is to renew after four fifths of a token's life. */
final class OidcTokenFileTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final VirtualTime time = new VirtualTime();
  private final List<AgentEvent> events = new ArrayList<>();
  private final Path file;
  @AutoClose private final CloudConnection connection;
  @AutoClose private final RefreshingCredentials credentials;

  OidcTokenFileTest(@TempDir Path folder) {
    var host = new Endpoint(Endpoint.Protocol.HTTPS, "localhost", 443);
    var transport =
        new KmsConfig.Transport(host, Optional.empty(), Optional.empty(), MINUTE, MINUTE);
    this.file = folder.resolve("token");
    this.connection =
        new CloudConnection(
            transport, Authorities.none(), Runnable::run, Runnable::run, time.timing(), _ -> {});
    var role =
        new CredentialSource.Rrsa(
            "acs:ram::1:role/r", "acs:ram::1:oidc-provider/p", file, "agent", host, MINUTE);
    this.credentials =
        new RefreshingCredentials(
            new RrsaCredentials(role).issuer(connection),
            Runnable::run,
            time.timing(),
            events::add,
            DurableRecord.NONE);
  }

  @BeforeEach
  void issue() throws IOException {
    renew();
  }

  /** The platform writes a token that lives for an hour from now. */
  private void renew() throws IOException {
    var now = time.instant().getEpochSecond();
    write("{\"iss\":\"i\",\"sub\":\"s\",\"iat\":%d,\"exp\":%d}".formatted(now, now + 3600));
  }

  private void write(String claims) throws IOException {
    var payload = Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(UTF_8));
    Files.writeString(file, "e30." + payload + ".c2ln\n");
  }

  @Test
  void a_token_past_nine_tenths_of_its_life_is_told_once_and_so_is_its_renewal()
      throws IOException {
    time.advance(Duration.ofMinutes(54));
    assertThat(events).isEmpty();
    time.advance(Duration.ofMinutes(4));
    assertThat(events)
        .singleElement()
        .isInstanceOfSatisfying(
            OidcTokenOverdue.class,
            told -> assertThat(told.reason()).contains(file.toString(), "was not renewed in time"));
    renew();
    time.advance(MINUTE);
    assertThat(events).last().isEqualTo(new OidcTokenRenewed());
    time.advance(Duration.ofMinutes(53));
    assertThat(events).hasSize(2);
  }

  @Test
  void a_file_that_is_gone_or_empty_is_told_within_a_minute() throws IOException {
    Files.delete(file);
    time.advance(MINUTE);
    assertThat(events).singleElement().asString().contains(file.toString(), "is missing");
    Files.writeString(file, " \n");
    time.advance(MINUTE);
    assertThat(events).hasSize(1);
    renew();
    time.advance(MINUTE);
    assertThat(events).last().isEqualTo(new OidcTokenRenewed());
  }

  @Test
  void nothing_is_told_of_a_token_that_does_not_say_how_long_it_lives() throws IOException {
    for (var claims : List.of("{}", "{\"iat\":1,\"exp\":\"2\"}", "{\"iat\":1,\"exp\":2.5}", "[]")) {
      write(claims);
      time.advance(MINUTE);
    }
    assertThat(events).isEmpty();
  }

  @Test
  void once_closed_it_reads_no_more() throws IOException {
    Files.delete(file);
    credentials.close();
    time.advance(MINUTE);
    assertThat(events).isEmpty();
    assertThat(time.waiting()).isZero();
  }
}
