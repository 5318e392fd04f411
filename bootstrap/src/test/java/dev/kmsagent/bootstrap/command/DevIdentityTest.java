package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class DevIdentityTest {
  @Test
  void a_name_may_be_in_any_case() {
    assertThat(DevIdentity.parse("key")).isEqualTo(DevIdentity.KEY);
    assertThat(DevIdentity.parse("RrSa")).isEqualTo(DevIdentity.RRSA);
  }

  @Test
  void another_name_is_refused_and_the_known_ones_are_named() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DevIdentity.parse("other"))
        .withMessage("'other' is neither key nor rrsa");
  }
}
