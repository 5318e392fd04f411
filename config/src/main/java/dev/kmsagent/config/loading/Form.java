package dev.kmsagent.config.loading;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How a value looks in TOML, and so how the text of a variable is to be taken. */
enum Form {
  TEXT("a string") {
    @Override
    Raw ofVariable(String text) {
      return new Raw.Text(text);
    }
  },
  WHOLE("a whole number") {
    @Override
    Raw ofVariable(String text) {
      return text.matches("-?[0-9]{1,18}") ? new Raw.Whole(Long.parseLong(text)) : plain(text);
    }
  },
  DECIMAL("a number") {
    @Override
    Raw ofVariable(String text) {
      return text.matches("-?[0-9]{1,18}([.][0-9]{1,18})?")
          ? new Raw.Decimal(Double.parseDouble(text))
          : plain(text);
    }
  },
  FLAG("true or false") {
    @Override
    Raw ofVariable(String text) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "true" -> new Raw.Flag(true);
        case "false" -> new Raw.Flag(false);
        default -> plain(text);
      };
    }
  },
  LIST("a list of strings") {
    @Override
    Raw ofVariable(String text) {
      return items(text);
    }
  },
  TEXT_OR_LIST("a string or a list of strings") {
    @Override
    Raw ofVariable(String text) {
      return items(text);
    }
  };

  private final String kind;

  Form(String kind) {
    this.kind = kind;
  }

  /** What a value of this form is called in a message. */
  String kind() {
    return kind;
  }

  /**
   * The text of a variable; what does not look like this form stays text, for the key to refuse.
   */
  abstract Raw ofVariable(String text);

  private static Raw plain(String text) {
    return new Raw.Text(text);
  }

  private static Raw items(String text) {
    return new Raw.Items(
        text.isBlank()
            ? List.of()
            : Arrays.stream(text.split(",", -1)).map(String::strip).map(Form::plain).toList());
  }
}
