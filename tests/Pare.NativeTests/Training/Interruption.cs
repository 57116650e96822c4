using Pare.Onnx;
using Pare.Recipes;
using Pare.Torch.Training;
using Xunit;

namespace Pare.NativeTests.Training;

/// <summary>A training run that is stopped at a step, whatever the speed of the machine, and started again.</summary>
internal static class Interruption
{
    /// <summary>Asserts that a run that is stopped and goes on from its checkpoint ends in the bytes of one that never was.</summary>
    /// <param name="job">A job without edits of its own.</param>
    /// <param name="at">Share of the run after which it is stopped.</param>
    public static void ChangesNothing(TrainJob job, double at)
    {
        job = job with { CheckpointSeconds = 0 };
        var whole = OnnxWriter.ToBytes(Trainer.Train(job).Model);
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "run.onnx");
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Trainer.Train(job with { Checkpoint = path, Edit = Stop }, null, stop.Token));
        Assert.Equal(whole, OnnxWriter.ToBytes(Trainer.Train(job with { Checkpoint = path }).Model));

        Model? Stop(double progress, Model model, IReadOnlyDictionary<string, float[]> importance)
        {
            if (progress > at) stop.Cancel();
            return null;
        }
    }
}

/// <summary>Stops a training run after two epochs.</summary>
internal sealed class Interrupting(CancellationTokenSource source) : IProgress<TrainProgress>
{
    public void Report(TrainProgress value)
    {
        if (value.Epoch >= 2) source.Cancel();
    }
}
