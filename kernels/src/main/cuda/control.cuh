// What changes from step to step and lives on the device, so that a captured step bakes none of it in.
#pragma once

/** 64 bytes, written by the host before each step, at these offsets. */
struct Orders {
    double scale;   //  0  loss scale
    double clip;    //  8  largest gradient norm
    float rate;     // 16  learning rate
    float decay;    // 20  weight decay of matrices
    float beta1;    // 24
    float beta2;    // 28
    float epsilon;  // 32
    float correct1; // 36  1 / (1 - beta1^updates)
    float correct2; // 40  1 / (1 - beta2^updates)
    float zLoss;    // 44  weight of the square of the logarithm of the softmax denominator
    double reserved[2];
};

/** 16 bytes, decided on the device, read by the optimizer and, after the step, by the host. */
struct Decision {
    double gradientNorm; //  0  unscaled, before clipping; NaN where an element is not finite
    float clipFactor;    //  8
    int skip;            // 12  1 where the gradient was not finite
};
