package dev.kmsagent.clients;

import java.io.Closeable;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A Spring Boot application without code, of the version that a class loader has. Only what the JDK
 * has may cross from one class loader to another.
 */
record SpringApplicationRun(Closeable application) implements Closeable {
  /** The property with the version of Spring Boot. */
  static final String VERSION = "version-of-spring-boot";

  private static final Path JARS_OF_3 = Path.of("target", "spring-boot-3.classpath");

  /** The application in its class loader. */
  @SpringBootConfiguration
  @EnableAutoConfiguration
  public static class Application {}

  /** A run of it there. */
  public static final class Run implements Closeable {
    private final ConfigurableApplicationContext context;

    public Run(String... properties) {
      context =
          new SpringApplicationBuilder(Application.class)
              .web(WebApplicationType.NONE)
              .bannerMode(Banner.Mode.OFF)
              .properties("logging.level.root=WARN", VERSION + "=" + SpringBootVersion.getVersion())
              .properties(properties)
              .run();
    }

    public @Nullable String property(String name) {
      return context.getEnvironment().getProperty(name);
    }

    @Override
    public void close() {
      context.close();
    }
  }

  /** Spring Boot 3: the jars of a plugin in the build, and the classes of the tests. */
  static ClassLoader version3() throws IOException {
    var urls = new ArrayList<URL>();
    urls.add(Run.class.getProtectionDomain().getCodeSource().getLocation());
    for (var jar : Files.readString(JARS_OF_3).strip().split(":", -1)) {
      urls.add(Path.of(jar).toUri().toURL());
    }
    return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  static SpringApplicationRun start(ClassLoader version, String... properties)
      throws ReflectiveOperationException {
    var thread = Thread.currentThread();
    var before = thread.getContextClassLoader();
    thread.setContextClassLoader(version);
    try {
      var run = version.loadClass(Run.class.getName()).getConstructor(String[].class);
      return new SpringApplicationRun((Closeable) run.newInstance((Object) properties));
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  String property(String name) {
    try {
      var property = application.getClass().getMethod("property", String.class);
      return String.valueOf(property.invoke(application, name));
    } catch (ReflectiveOperationException bug) {
      throw new LinkageError(name, bug);
    }
  }

  @Override
  public void close() throws IOException {
    application.close();
  }
}
