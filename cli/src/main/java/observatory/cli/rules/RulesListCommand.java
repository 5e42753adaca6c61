package observatory.cli.rules;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.concurrent.Callable;
import observatory.analysis.detector.Detectors;
import observatory.analysis.detector.Setting;
import observatory.cli.ExitCode;
import observatory.stream.wire.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Every threshold with its default, its range, and why it is what it is. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Every threshold with its default, its range, and the reason for it.")
final class RulesListCommand implements Callable<Integer> {
    @ParentCommand
    private RulesCommand parent;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() {
        parent.console().result(json ? document() : text());
        return ExitCode.OK;
    }

    private static String text() {
        StringBuilder text = new StringBuilder();
        for (Setting setting : Detectors.settings()) {
            text.append("%s = %s (%s to %s) %s%n    %s.%n"
                    .formatted(
                            setting.name(),
                            number(setting.preset()),
                            number(setting.range().low()),
                            number(setting.range().high()),
                            setting.unit(),
                            setting.why()));
        }
        return text.toString().stripTrailing();
    }

    private static String document() {
        ObjectNode document = Json.mapper().createObjectNode();
        ArrayNode settings = document.putArray("settings");
        for (Setting setting : Detectors.settings()) {
            settings.addObject()
                    .put("name", setting.name())
                    .put("default", setting.preset())
                    .put("low", setting.range().low())
                    .put("high", setting.range().high())
                    .put("unit", setting.unit())
                    .put("why", setting.why());
        }
        return document.toString();
    }

    private static String number(double value) {
        return new BigDecimal(value, new MathContext(6)).stripTrailingZeros().toPlainString();
    }
}
