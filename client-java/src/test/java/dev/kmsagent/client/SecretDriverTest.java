package dev.kmsagent.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SecretDriverTest {
  private final FakeDatabase database = new FakeDatabase();
  private final String url = database.url.replace("jdbc:", "jdbc:kms-agent:");
  private final Properties settings = new Properties();
  private FakeAgent agent;
  private SecretDriver driver;

  @BeforeEach
  void start() throws Exception {
    agent = new FakeAgent();
    driver = new SecretDriver();
    driver.make = this::source;
    DriverManager.registerDriver(database);
    settings.setProperty("user", "app/db");
    settings.setProperty("ssl", "true");
  }

  private SecretDataSource source() {
    var source = new SecretDataSource();
    source.waiting = new VirtualWaiting();
    source.setClient(agent.client());
    return source;
  }

  @AfterEach
  void stop() throws SQLException, IOException {
    DriverManager.deregisterDriver(database);
    agent.close();
  }

  @Test
  void the_driver_of_the_database_gets_account_and_password_and_the_properties()
      throws SQLException {
    assertThat(driver.connect(url, settings)).hasToString("account of v1");
    assertThat(agent.queries.get(0)).startsWith("secretId=app%2Fdb&");
    assertThat(database.logins.get(0)).hasSize(3).containsEntry("ssl", "true");
    assertThat(settings).hasSize(2);
  }

  @Test
  void what_is_known_about_refused_versions_is_shared() throws SQLException {
    agent.rotate("v2");
    database.change("v2");

    assertThat(driver.connect(url, settings)).hasToString("account of v2");
    database.change("v3");
    assertThatThrownBy(() -> driver.connect(url, settings)).hasMessage("wrong");
    database.logins.clear();

    assertThatThrownBy(() -> driver.connect(url, settings)).hasMessage("wrong");
    assertThat(database.logins).isEmpty();
  }

  @Test
  void an_empty_password_is_none_and_another_one_is_refused() throws SQLException {
    settings.setProperty("password", "");
    assertThat(driver.connect(url, settings)).isNotNull();

    settings.setProperty("password", "hidden");
    assertThatThrownBy(() -> driver.connect(url, settings))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("Remove the properties user and password")
        .hasMessageNotContaining("hidden");
  }

  @Test
  void a_secret_must_be_named() {
    assertThatThrownBy(() -> driver.connect(url, new Properties()))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("name of the secret");
  }

  @Test
  void other_urls_are_left_to_other_drivers() throws SQLException {
    assertThat(driver.acceptsURL(database.url)).isFalse();
    assertThat(driver.connect(database.url, settings)).isNull();
  }

  @Test
  void properties_are_those_of_the_driver_of_the_database() throws SQLException {
    assertThat(driver.getPropertyInfo(url, settings))
        .singleElement()
        .extracting(property -> property.value)
        .isEqualTo(database.url);
  }

  @Test
  void the_driver_manager_finds_it() throws SQLException {
    assertThat(DriverManager.getDriver(url)).isInstanceOf(SecretDriver.class);
  }
}
