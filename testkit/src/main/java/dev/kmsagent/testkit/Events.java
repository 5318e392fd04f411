package dev.kmsagent.testkit;

import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.event.AgentEvent;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Ready-made events: of each record that is an event, one for each combination of its values. */
public final class Events {
  /** Those of some types; of other enums and sealed types there is every value. */
  private final List<Object> values;

  private Events(List<Object> values) {
    this.values = values;
  }

  /**
   * Events of every kind, with every outcome, cause and state in them.
   *
   * @param secret the secret that is found and fetched
   * @param said what the cloud says, and the file system, wherever they say something
   */
  public static List<AgentEvent> ofEveryKind(
      SecretQuery query, Secret secret, String said, Duration took) {
    var entry = Secrets.entry(secret, VirtualTime.START);
    var values =
        List.<Object>of(
            query,
            query.name(),
            secret,
            entry,
            new Subject("shop", "app"),
            new Principal("acs:ram::1:role/kms.shop.app"),
            Refused.Scope.SECRET,
            Map.of(query.name(), Secrets.gone()),
            said,
            Set.of(said),
            took,
            VirtualTime.START,
            Optional.empty(),
            403,
            false,
            true);
    return new Events(values).of(AgentEvent.class).map(AgentEvent.class::cast).toList();
  }

  private Stream<?> of(Class<?> type) {
    var boxed = MethodType.methodType(type).wrap().returnType();
    var given = values.stream().filter(boxed::isInstance).toList();
    if (!given.isEmpty()) {
      return given.stream();
    }
    if (type.isEnum()) {
      return Stream.of(type.getEnumConstants());
    }
    return type.isRecord()
        ? records(type)
        : Stream.of(type.getPermittedSubclasses()).flatMap(this::of);
  }

  private Stream<?> records(Class<?> type) {
    var types = Stream.of(type.getRecordComponents()).map(RecordComponent::getType).toList();
    var arguments = Stream.of(List.of());
    for (var component : types) {
      arguments = arguments.flatMap(some -> of(component).map(value -> plus(some, value)));
    }
    return arguments.map(some -> record(type, types.toArray(Class[]::new), some));
  }

  private static List<Object> plus(List<Object> some, Object more) {
    return Stream.concat(some.stream(), Stream.of(more)).toList();
  }

  private static Object record(Class<?> type, Class<?>[] types, List<Object> arguments) {
    try {
      return type.getConstructor(types).newInstance(arguments.toArray());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("There is no " + type.getSimpleName() + " of " + arguments, e);
    }
  }
}
