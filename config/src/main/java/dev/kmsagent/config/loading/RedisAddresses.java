package dev.kmsagent.config.loading;

import dev.kmsagent.config.RedisConfig.Address;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where servers of Redis listen, each as {@code host:port}. */
final class RedisAddresses {
  /** More than any client needs to find the others; a longer list is taken for a mistake. */
  private static final int MOST = 64;

  static final Shape<List<Address>> SHAPE =
      Shape.open(
          Form.LIST,
          "a list of 1.." + MOST + " host:port",
          RedisAddresses::read,
          RedisAddresses::shown);

  private static final Pattern WRITTEN =
      Pattern.compile("(?<host>[^:]+|\\[.+]):(?<port>[1-9][0-9]{0,4})");
  private static final int LAST_PORT = 65535;

  private RedisAddresses() {}

  private static Reading<List<Address>> read(Raw raw) {
    return Shapes.texts(raw, Form.LIST).then(RedisAddresses::addresses);
  }

  private static Reading<List<Address>> addresses(List<String> texts) {
    if (texts.isEmpty()) {
      return new Reading.Bad<>("is empty");
    }
    if (texts.size() > MOST) {
      return new Reading.Bad<>("has too many items");
    }
    List<Address> addresses = texts.stream().flatMap(text -> address(text).stream()).toList();
    return addresses.size() == texts.size()
        ? new Reading.Good<>(addresses)
        : new Reading.Bad<>("has an item that is not allowed");
  }

  /** Takes a host of any kind, even with an underscore, which no URL may have. */
  private static Optional<Address> address(String text) {
    Matcher written = WRITTEN.matcher(text);
    return written.matches()
        ? Optional.of(new Address(written.group("host"), Integer.parseInt(written.group("port"))))
            .filter(address -> address.port() <= LAST_PORT && Names.isHost(address.host()))
        : Optional.empty();
  }

  private static String shown(List<Address> addresses) {
    return Literal.of(addresses.stream().map(Address::toString).toList());
  }
}
