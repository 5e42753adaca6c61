package observatory.probe;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A number that a probe reports: its name, its unit (UCUM, "1" where there is none), what it tells, and how shards of
 * it merge.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(Metric.Several.class)
public @interface Metric {
    String name();

    String unit() default "1";

    String tells();

    /** How the values of shards make one. */
    Merge merge() default Merge.NONE;

    /** How the compiler keeps more than one. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface Several {
        Metric[] value();
    }
}
