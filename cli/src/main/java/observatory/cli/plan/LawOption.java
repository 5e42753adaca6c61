package observatory.cli.plan;

import observatory.analysis.scaling.LossLaw;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A loss law: {@code besiroglu}, {@code hoffmann}, or its constants {@code E,A,B,alpha,beta}. */
final class LawOption implements ITypeConverter<LossLaw> {
    @Override
    public LossLaw convert(String text) {
        switch (text) {
            case "besiroglu" -> {
                return LossLaw.BESIROGLU;
            }
            case "hoffmann" -> {
                return LossLaw.HOFFMANN;
            }
            default -> {
                return constants(text);
            }
        }
    }

    private static LossLaw constants(String text) {
        String[] parts = text.split(",");
        if (parts.length != 5) {
            throw new TypeConversionException("`" + text + "` is neither besiroglu nor hoffmann nor E,A,B,alpha,beta");
        }
        try {
            return new LossLaw(
                    Double.parseDouble(parts[0]),
                    Double.parseDouble(parts[1]),
                    Double.parseDouble(parts[2]),
                    Double.parseDouble(parts[3]),
                    Double.parseDouble(parts[4]));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
