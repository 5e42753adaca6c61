package observatory.cli;

import java.util.Iterator;
import observatory.analysis.log.LogFormat;
import observatory.analysis.log.LogFormats;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The name of a log format. */
public final class FormatOption implements ITypeConverter<LogFormat>, Iterable<String> {
    @Override
    public LogFormat convert(String text) {
        return LogFormats.named(text)
                .orElseThrow(() -> new TypeConversionException(
                        "expected one of [" + String.join(", ", this) + "] but was '" + text + "'"));
    }

    @Override
    public Iterator<String> iterator() {
        return LogFormats.all().stream().map(LogFormat::name).iterator();
    }
}
