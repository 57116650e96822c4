namespace Pare.Recipes;

/// <summary>Gradient methods.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,

    /// <summary>Adam (Kingma and Ba 2015); weight decay, if any, enters the gradient.</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019).</summary>
    AdamW,
}

/// <summary>How the learning rate moves over a training run.</summary>
public enum ScheduleKind
{
    Constant,

    /// <summary>Down to 0 along half a cosine (Loshchilov and Hutter 2017).</summary>
    Cosine,

    /// <summary>Divided by 10 after half and after three quarters of the run.</summary>
    Step,

    /// <summary>Up from a tenth over the first 30 %, then down to 0, both along a cosine (Smith 2018).</summary>
    OneCycle,
}

/// <summary>How a network is trained. The same options serve every kind of graph: dense, pruned, shared, quantized.</summary>
public sealed record TrainOptions
{
    /// <summary>Passes over the training data; 1 or more.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Steps a run takes at least: on little data, epochs are added until it does. 0 or more.</summary>
    public int MinSteps { get; init; }

    /// <summary>Examples a step; 1 or more.</summary>
    public int BatchSize { get; init; } = 128;

    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Adam;

    /// <summary>Peak learning rate; above 0.</summary>
    public double LearningRate { get; init; } = 1e-3;

    public ScheduleKind Schedule { get; init; } = ScheduleKind.Cosine;

    /// <summary>Epochs over which the learning rate rises linearly from 0; 0 or more. OneCycle brings its own.</summary>
    public double WarmupEpochs { get; init; } = 0.5;

    /// <summary>Momentum of SGD; 0 up to below 1.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Decay of weights (never of biases, normalisation or pruned zeros); 0 or more.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Share of the target spread evenly over all classes (Szegedy 2016); 0 up to below 1.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Share of the loss that follows the teachers' softened outputs, where there are teachers; 0 to 1 (Hinton 2015). Without labels 1.</summary>
    public double TeacherShare { get; init; } = 0.5;

    /// <summary>Temperature that softens teachers and student alike; above 0.</summary>
    public double Temperature { get; init; } = 4;

    /// <summary>Whether the scales and zero points of a quantized network are learned; false leaves them as they were calibrated.</summary>
    public bool LearnScales { get; init; } = true;

    /// <summary>Whether convolutions without BatchNormalization get one while they train, which is folded into them at the end.</summary>
    public bool BatchNorm { get; init; }

    /// <summary>Fixes the order of the examples, augmentation and dropout.</summary>
    public int Seed { get; init; }

    /// <summary>Threads of the tensor library; 0 for one a core.</summary>
    public int Threads { get; init; }

    /// <summary>Checks every range once.</summary>
    /// <exception cref="BadInputException">A value is out of range; the message names it.</exception>
    public TrainOptions Validate()
    {
        Require(Epochs >= 1, "epochs", Epochs, "1 or more");
        Require(MinSteps >= 0, "least number of steps", MinSteps, "0 or more");
        Require(BatchSize >= 1, "batch size", BatchSize, "1 or more");
        Require(LearningRate > 0 && double.IsFinite(LearningRate), "learning rate", LearningRate, "a finite number above 0");
        Require(WarmupEpochs >= 0, "warm-up", WarmupEpochs, "0 or more epochs");
        Require(Momentum is >= 0 and < 1, "momentum", Momentum, "0 up to below 1");
        Require(WeightDecay >= 0, "weight decay", WeightDecay, "0 or more");
        Require(LabelSmoothing is >= 0 and < 1, "label smoothing", LabelSmoothing, "0 up to below 1");
        Require(TeacherShare is >= 0 and <= 1, "teacher share", TeacherShare, "0 to 1");
        Require(Temperature > 0, "temperature", Temperature, "a number above 0");
        Require(Threads >= 0, "threads", Threads, "0 or more");
        return this;
    }

    /// <summary>Steps an epoch takes over so many examples; the last may be a smaller batch.</summary>
    public int StepsAnEpoch(int examples) => (examples + BatchSize - 1) / BatchSize;

    /// <summary>The options with <see cref="Epochs"/> raised to meet <see cref="MinSteps"/>.</summary>
    public TrainOptions For(int examples) => this with { Epochs = Math.Max(Epochs, (MinSteps + StepsAnEpoch(examples) - 1) / StepsAnEpoch(examples)) };

    /// <summary>The options with so many times the epochs, one at least.</summary>
    public TrainOptions Stretched(double factor) => this with { Epochs = (int)Math.Clamp(Math.Round(Epochs * factor), 1, 100_000), MinSteps = (int)Math.Min(MinSteps * factor, int.MaxValue) };

    /// <summary>The learning rate after a share of the run.</summary>
    /// <param name="progress">0 at the start, 1 at the end.</param>
    public double LearningRateAt(double progress)
    {
        var warmup = Schedule == ScheduleKind.OneCycle ? 0 : Math.Min(1, WarmupEpochs / Epochs);
        if (progress < warmup) return LearningRate * progress / warmup;
        return LearningRate * Schedule switch
        {
            ScheduleKind.Cosine => HalfCosine((progress - warmup) / (1 - warmup)),
            ScheduleKind.Step => progress < 0.5 ? 1 : progress < 0.75 ? 0.1 : 0.01,
            ScheduleKind.OneCycle => progress < 0.3 ? 1 - 0.9 * HalfCosine(progress / 0.3) : HalfCosine((progress - 0.3) / 0.7),
            _ => 1,
        };
    }

    private static double HalfCosine(double t) => 0.5 * (1 + Math.Cos(Math.PI * Math.Clamp(t, 0, 1)));

    private static void Require(bool holds, string what, double found, string allowed)
    {
        if (!holds) throw new BadInputException($"{what} is {found}, {allowed} is allowed");
    }
}
