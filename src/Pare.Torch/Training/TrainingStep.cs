using System.Diagnostics;
using Pare.Onnx;
using Pare.Profile;
using Pare.Prune;
using Pare.Recipes;
using TorchSharp;

namespace Pare.Torch.Training;

/// <summary>How long one step of training takes.</summary>
public static class TrainingStep
{
    private const int MinRuns = 3;

    /// <summary>Times forward, backward and update (Adam) on random numbers, after one step to warm up.</summary>
    /// <param name="model">A network with one float input and one score a class as its only output.</param>
    /// <param name="inputShape">Shape of the input, the batch first.</param>
    /// <param name="threads">Threads to use; 0 for one a core.</param>
    /// <param name="budget">Time to spend; three steps are timed at least.</param>
    /// <param name="cancel">Stops between two steps.</param>
    /// <returns>Milliseconds a step.</returns>
    /// <exception cref="BadInputException">An operator cannot be trained, there is nothing to train, or the network takes something else.</exception>
    public static Latency Measure(Model model, ReadOnlySpan<long> inputShape, int threads, TimeSpan budget, CancellationToken cancel = default)
    {
        if (model.Graph.FreeInputs is not [{ Type: ElementType.Float }]) throw new BadInputException($"the network takes {string.Join(", ", model.Graph.FreeInputs)}; one float tensor is needed");
        torch.set_num_threads(threads > 0 ? threads : Environment.ProcessorCount);
        var options = new TrainOptions();
        using var scope = torch.NewDisposeScope();
        using var graph = new TorchGraph(model, Learned.CodesAndScales);
        if (graph.Parameters.Count == 0) throw new BadInputException("the network has no weights to train");
        using var optimizer = new Optimizer(options, graph.Parameters, Pruned.Pinned(model), new HashSet<string>(), graph.Grids);
        var loss = new ClassLoss(model, options);
        var input = torch.rand(inputShape);
        var labels = Labels(graph, input);

        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        for (var i = 0; times.Count < MinRuns || clock.Elapsed < budget; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            Step();
            if (i > 0) times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return new RoundTimes([times]).Latency(0);

        void Step()
        {
            using var step = torch.NewDisposeScope();
            loss.Of(graph.Forward(input, training: true), labels).backward();
            optimizer.Step(options.LearningRate);
        }
    }

    /// <summary>Every class in turn.</summary>
    private static TorchTensor Labels(TorchGraph graph, TorchTensor input)
    {
        using var noGradient = torch.no_grad();
        var scores = graph.Forward(input, training: false);
        var batch = input.shape[0];
        if (scores.shape is not [var rows, ..] || rows != batch || scores.numel() % batch != 0)
            throw new BadInputException($"the network's output is [{string.Join(',', scores.shape)}]; one score a class for each of {batch} examples is needed");
        var classes = scores.numel() / batch;
        return torch.tensor(Enumerable.Range(0, (int)batch).Select(i => i % classes).ToArray());
    }
}
