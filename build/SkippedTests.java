import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/**
 * Prints how many tests of a build ran and how many were skipped for which reason, as the reports of
 * Surefire and Failsafe say. The status is 1 when a test was skipped without a reason.
 *
 * <p>Arguments: the root of the clone, and when the build began, in seconds since 1970; older reports
 * are not read. Where no test ran or was skipped it prints nothing.
 */
final class SkippedTests {
  public static void main(String[] args) throws Exception {
    int tests = 0;
    int unexplained = 0;
    var reasons = new ArrayList<String>();
    for (var report : reports(new File(args[0]), Long.parseLong(args[1]))) {
      var xml = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(report);
      for (var test : elements(xml.getDocumentElement(), "testcase")) {
        tests++;
        for (var skipped : elements(test, "skipped")) {
          var reason = reason(skipped);
          reasons.add(reason);
          if (reason.matches("|assumption is not (true|false)|.* is @Disabled")) {
            unexplained++;
            var name = test.getAttribute("classname") + "." + test.getAttribute("name");
            System.err.println(name + " was skipped and gives no reason");
          }
        }
      }
    }
    if (tests > 0) {
      System.out.println("Tests: " + (tests - reasons.size()) + " ran, " + reasons.size() + " skipped");
      counted(reasons).forEach(System.out::println);
    }
    System.exit(unexplained == 0 ? 0 : 1);
  }

  private static List<File> reports(File root, long since) {
    return Stream.of(root.listFiles())
        .flatMap(it -> Stream.of("surefire", "failsafe").map(by -> it + "/target/" + by + "-reports"))
        .map(folder -> new File(folder).listFiles((_, name) -> name.matches("TEST-.*\\.xml")))
        .flatMap(Stream::ofNullable)
        .flatMap(Stream::of)
        .filter(report -> report.lastModified() >= since * 1000)
        .toList();
  }

  private static List<Element> elements(Element parent, String name) {
    var all = parent.getElementsByTagName(name);
    var elements = new ArrayList<Element>();
    for (int i = 0; i < all.getLength(); i++) {
      elements.add((Element) all.item(i));
    }
    return elements;
  }

  /** Of a disabled test it is an attribute, of a failed assumption the text before the stack trace. */
  private static String reason(Element skipped) {
    var message = skipped.getAttribute("message");
    var text = skipped.getTextContent().lines().takeWhile(line -> !line.startsWith("\tat "));
    var reason = message.isEmpty() ? text.collect(Collectors.joining(" ")).strip() : message;
    return without("Assumption failed", without(skipped.getAttribute("type"), reason));
  }

  private static String without(String prefix, String text) {
    var rest = text.startsWith(prefix) ? text.substring(prefix.length()).replaceFirst("^:", "") : text;
    return rest.replaceAll("\\s+", " ").strip();
  }

  /** Each with the number of tests, the most frequent first. */
  private static Stream<String> counted(List<String> reasons) {
    var counts = reasons.stream().collect(Collectors.groupingBy(it -> it, TreeMap::new, Collectors.counting()));
    return counts.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .map(it -> "%6d  %s".formatted(it.getValue(), it.getKey()).stripTrailing());
  }
}
