package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Patience.assertSoon;

import dev.kmsagent.adapters.cache.redis.RedisConfigs;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.testkit.redis.RedisProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A real Redis that is not there, or does not answer: the agent goes on, and comes back. */
class RedisOutageTest {
  private final RedisProcess redis = RedisProcess.start();

  @AfterEach
  void end() {
    redis.close();
  }

  private Scene scene() {
    return scene(new Login.Anonymous());
  }

  private Scene scene(Login login) {
    return new Scene(settings(login));
  }

  private RedisConfig settings(Login login) {
    var server = new Servers.Standalone(new Address("127.0.0.1", redis.port()));
    return RedisConfigs.of(server, login, new Tls.Off(), Scene.TIMEOUT);
  }

  private static boolean isLeftAlone(Scene scene) {
    scene.assertDoesWithout();
    return scene.agent.isAlone();
  }

  @Test
  void one_that_is_down_at_the_start_is_used_once_it_is_there() {
    redis.kill();
    try (var scene = scene()) {
      scene.assertDoesWithout();
      scene.assertTold(Cause.UNREACHABLE);
      redis.restart();
      scene.assertHeals();
    }
  }

  @Test
  void copies_are_served_while_it_is_killed_and_it_is_used_once_it_is_back() {
    try (var scene = scene()) {
      var copy = scene.share();
      redis.kill();
      scene.assertGoesOn(copy);
      scene.assertTold(Cause.UNREACHABLE);
      assertSoon(() -> isLeftAlone(scene));
      redis.restart();
      scene.assertHeals();
    }
  }

  @Test
  void copies_are_served_while_it_is_held_still_and_nothing_is_left_behind_once_it_goes_on() {
    try (var scene = scene()) {
      var copy = scene.share();
      redis.pause();
      scene.assertGoesOn(copy);
      scene.assertTold(Cause.TIMEOUT);
      redis.resume();
      scene.assertHeals();
      assertSoon(() -> scene.agent.timers.waiting() == 0);
    }
  }

  @Test
  void one_that_refuses_the_login_is_used_once_it_takes_it() {
    redis.configure("ACL", "SETUSER", "orders", "on", ">old", "~*", "+@all");
    try (var scene = scene(RedisConfigs.user("orders", "new"))) {
      scene.assertDoesWithout();
      scene.assertTold(Cause.DENIED);
      redis.configure("ACL", "SETUSER", "orders", ">new");
      scene.assertHeals();
    }
  }
}
