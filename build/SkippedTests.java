import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Prints how many tests of a build ran and how many were skipped for which reason, as the reports of
 * Surefire and Failsafe say. The status is 1 when a test was skipped without a reason.
 *
 * <p>Arguments: the root of the clone, and when the build began, in seconds since 1970; older reports
 * are not read. Where no test ran or was skipped it prints nothing.
 */
final class SkippedTests {
  private record Skipped(String test, String reason) {
    /** What JUnit says where a test gives no reason is none. */
    boolean givesReason() {
      return !reason.isEmpty()
          && !reason.matches("assumption is not (true|false)")
          && !reason.endsWith(" is @Disabled");
    }
  }

  private final List<Skipped> skipped = new ArrayList<>();
  private int tests;

  public static void main(String[] args) throws IOException, XMLStreamException {
    var summary = new SkippedTests();
    for (var report : reports(new File(args[0]), Long.parseLong(args[1])).toList()) {
      summary.read(report);
    }
    summary.print();
    System.exit(summary.skipped.stream().allMatch(Skipped::givesReason) ? 0 : 1);
  }

  private static Stream<File> reports(File root, long since) {
    return Stream.of(root.listFiles())
        .flatMap(module -> Stream.of("surefire", "failsafe").map(it -> folder(module, it)))
        .filter(File::isDirectory)
        .flatMap(it -> Stream.of(it.listFiles((_, name) -> name.matches("TEST-.*\\.xml"))))
        .filter(report -> report.lastModified() >= since * 1000);
  }

  private static File folder(File module, String plugin) {
    return new File(module, "target/" + plugin + "-reports");
  }

  private void read(File report) throws IOException, XMLStreamException {
    try (var stream = new FileInputStream(report)) {
      var xml = XMLInputFactory.newFactory().createXMLStreamReader(report.toString(), stream);
      var test = "";
      while (xml.hasNext()) {
        if (xml.next() != XMLStreamConstants.START_ELEMENT) {
          continue;
        }
        switch (xml.getLocalName()) {
          case "testcase" -> {
            tests++;
            test = attribute(xml, "classname") + "." + attribute(xml, "name");
          }
          case "skipped" -> skipped.add(new Skipped(test, reason(xml)));
          default -> {}
        }
      }
    }
  }

  /** Of a disabled test it is an attribute, of a failed assumption the text before the stack trace. */
  private static String reason(XMLStreamReader skipped) throws XMLStreamException {
    var message = attribute(skipped, "message");
    var exception = attribute(skipped, "type");
    var text =
        skipped
            .getElementText()
            .lines()
            .takeWhile(line -> !line.startsWith("\tat "))
            .collect(Collectors.joining(" "));
    var reason = message.isEmpty() ? without(exception, text) : message;
    return without("Assumption failed", reason).replaceAll("\\s+", " ");
  }

  private static String without(String prefix, String text) {
    var rest = text.strip();
    return rest.startsWith(prefix)
        ? rest.substring(prefix.length()).replaceFirst("^:", "").strip()
        : rest;
  }

  private static String attribute(XMLStreamReader xml, String name) {
    var value = xml.getAttributeValue(null, name);
    return value == null ? "" : value;
  }

  private void print() {
    if (tests == 0) {
      return;
    }
    System.out.println("Tests: %d ran, %d skipped".formatted(tests - skipped.size(), skipped.size()));
    reasons().forEach(System.out::println);
    skipped.stream()
        .filter(test -> !test.givesReason())
        .forEach(it -> System.err.println(it.test() + " was skipped and gives no reason"));
  }

  /** Each with the number of tests, the most frequent first. */
  private Stream<String> reasons() {
    var counts =
        skipped.stream()
            .collect(Collectors.groupingBy(Skipped::reason, TreeMap::new, Collectors.counting()));
    return counts.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .map(it -> "%6d  %s".formatted(it.getValue(), it.getKey()).stripTrailing());
  }
}
