package dev.kmsagent.deploy;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableSet;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelBuilder;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Compiles and evaluates expressions in CEL as the API server does: literals of one type, optional
 * syntax, the type {@code JSONPatch}, {@code isIP} and {@code ip}. Each result can get a name that
 * later expressions refer to.
 */
final class Expressions {
  private static final String JSON_PATCH = "JSONPatch";
  private static final Map<String, CelType> FIELDS =
      Map.of("op", SimpleType.STRING, "path", SimpleType.STRING, "value", SimpleType.DYN);
  private static final StructType TYPE =
      StructType.create(
          JSON_PATCH,
          ImmutableSet.copyOf(FIELDS.keySet()),
          name -> Optional.ofNullable(FIELDS.get(name)));

  private static final List<CelFunctionDecl> OF_ADDRESSES =
      List.of(
          CelFunctionDecl.newFunctionDeclaration(
              "isIP",
              CelOverloadDecl.newGlobalOverload("is_ip", SimpleType.BOOL, SimpleType.STRING)),
          CelFunctionDecl.newFunctionDeclaration(
              "ip",
              CelOverloadDecl.newGlobalOverload(
                  "string_to_ip", OpaqueType.create("net.IP"), SimpleType.STRING)));

  /** As the API server has it; the validator that replaces the option is not in the library. */
  @SuppressWarnings("deprecation")
  private static final CelOptions OPTIONS =
      CelOptions.current()
          .enableHomogeneousLiterals(true)
          .enableHeterogeneousNumericComparisons(true)
          .build();

  /** By the types of names and the text: most policies of most charts are the same. */
  private static final Map<List<Object>, Compiled> COMPILED = new ConcurrentHashMap<>();

  private final Map<String, CelType> types = new HashMap<>();
  private final Map<String, CelRuntime.Program> variables = new LinkedHashMap<>();

  /** For all expressions up to the next name: to build one takes longer than to compile. */
  private @Nullable Cel environment;

  /** An expression that can be evaluated. */
  record Compiled(CelAbstractSyntaxTree tree, CelRuntime.Program program) {
    Object evaluate(Map<String, Object> values) {
      return valueOf(program, values);
    }
  }

  /**
   * @param inputs the names of what is given, with values of any type
   */
  Expressions(String... inputs) {
    for (var input : inputs) {
      types.put(input, SimpleType.DYN);
    }
  }

  /** {@code JSONPatch}, which a policy constructs. */
  private static final class Types implements CelTypeProvider {
    @Override
    public ImmutableCollection<CelType> types() {
      return ImmutableSet.of(TYPE);
    }

    @Override
    public Optional<CelType> findType(String name) {
      return Optional.<CelType>of(TYPE).filter(type -> type.name().equals(name));
    }
  }

  /** Gives an expression a name: {@code variables.NAME} in later ones, with its type. */
  void define(String name, String expression) {
    var compiled = compile(expression);
    types.put("variables." + name, compiled.tree().getResultType());
    environment = null;
    variables.put("variables." + name, compiled.program());
  }

  Compiled compile(String expression) {
    return COMPILED.computeIfAbsent(
        List.of(Map.copyOf(types), expression), _ -> compileAnew(expression));
  }

  private Compiled compileAnew(String expression) {
    try {
      var cel = environment();
      var tree = cel.compile(expression).getAst();
      return new Compiled(tree, cel.createProgram(tree));
    } catch (CelValidationException | CelEvaluationException e) {
      throw new IllegalArgumentException(expression + "\n" + e.getMessage(), e);
    }
  }

  /** The inputs, and the values of what has a name. */
  Map<String, Object> values(Map<String, Object> inputs) {
    var values = new HashMap<>(inputs);
    variables.forEach((name, program) -> values.put(name, valueOf(program, values)));
    return values;
  }

  private static Object valueOf(CelRuntime.Program program, Map<String, Object> values) {
    try {
      return program.eval(values);
    } catch (CelEvaluationException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private Cel environment() {
    var known = environment;
    if (known == null) {
      known = builder().build();
      environment = known;
    }
    return known;
  }

  private CelBuilder builder() {
    var strings = CelExtensions.strings();
    var lists = CelExtensions.lists();
    var comprehensions = CelExtensions.comprehensions();
    var builder =
        CelFactory.plannerCelBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addCompilerLibraries(CelExtensions.optional(), strings, lists, comprehensions)
            .addRuntimeLibraries(CelExtensions.optional(), strings, lists, comprehensions)
            .addFunctionDeclarations(OF_ADDRESSES)
            .addFunctionBindings(
                CelFunctionBinding.fromOverloads(
                    "isIP",
                    CelFunctionBinding.from("is_ip", String.class, it -> address(it).isPresent())))
            .addFunctionBindings(
                CelFunctionBinding.fromOverloads(
                    "ip",
                    CelFunctionBinding.from(
                        "string_to_ip", String.class, it -> address(it).orElseThrow())))
            .setTypeProvider(new Types())
            .setValueProvider((_, fields) -> Optional.of(Map.copyOf(fields)));
    types.forEach(builder::addVar);
    return builder;
  }

  /** As netip of Go parses one, without zones: each part without zeros before it, none mapped. */
  private static Optional<String> address(String text) {
    try {
      var address = InetAddress.ofLiteral(text).getHostAddress();
      return Optional.of(address).filter(it -> text.equals(it) || it.contains(":"));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}
