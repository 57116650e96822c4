using System.Diagnostics;
using Pare.Data;
using Pare.Onnx;
using Pare.Prune;
using Pare.Recipes;
using Pare.Torch.Training.Distilling;
using TorchSharp;

namespace Pare.Torch.Training;

/// <summary>Trains any supported graph, whatever it is made of: dense, pruned, shared or quantized weights.</summary>
public static class Trainer
{
    /// <summary>Runs the job to its end.</summary>
    /// <exception cref="BadInputException">The data do not fit the network, an operator cannot be trained, or the loss is no longer finite.</exception>
    public static TrainResult Train(TrainJob job, IProgress<TrainProgress>? progress = null, CancellationToken cancellation = default)
    {
        job = job with { Options = job.Options.Validate().For(job.Train.Count) };
        torch.set_num_threads(job.Options.Threads > 0 ? job.Options.Threads : Environment.ProcessorCount);
        using var run = new Run(job, progress, cancellation);
        return run.ToEnd();
    }

    /// <summary>Scores a model on data without training it.</summary>
    public static Score Score(Model model, IDataset data, Preprocess preprocess)
    {
        using var graph = new TorchGraph(model);
        return Scorer.Score(graph, OutputOf(model, "network"), Loss.For(model, new TrainOptions(), data), data, preprocess);
    }

    /// <summary>The name of a network's only output.</summary>
    /// <param name="who">What messages call it.</param>
    /// <exception cref="BadInputException">It has not one input of floats and one output.</exception>
    internal static string OutputOf(Model model, string who) => model.Graph is { FreeInputs: [{ Type: ElementType.Float }], Outputs: [var output] }
        ? output.Name
        : throw new BadInputException($"the {who} takes {string.Join(", ", model.Graph.FreeInputs)} and has {model.Graph.Outputs.Length} outputs; one float tensor and one output are expected here");

    private sealed class Run : IDisposable
    {
        private readonly Model _asked;
        private readonly TrainJob _job;
        private readonly IProgress<TrainProgress>? _progress;
        private readonly CancellationToken _cancellation;
        private readonly Loss _loss;
        private readonly string _output;
        private readonly Distiller? _distiller;
        private readonly int _stepsAnEpoch;
        private readonly string _identity;
        private readonly List<EpochRecord> _history = [];
        private readonly Stopwatch _watch = new();
        private TorchGraph _graph;
        private Optimizer _optimizer;
        private readonly Stopwatch _sinceSaved = Stopwatch.StartNew();
        private TimeSpan _saveAfter;
        private double _start, _before;
        private long _reported;

        public Run(TrainJob job, IProgress<TrainProgress>? progress, CancellationToken cancellation)
        {
            _identity = job.Checkpoint is null ? "" : Checkpoint.Fingerprint(job);
            _asked = job.Model;
            if (job.Options.BatchNorm) job = job with { Model = BatchNorms.Insert(job.Model, ChannelStatistics.Of(job, cancellation)) };
            (_job, _progress, _cancellation) = (job, progress, cancellation);
            _loss = Loss.For(job.Model, job.Options, job.Train);
            _output = OutputOf(job.Model, "network");
            _distiller = job.Distillation is null ? null : new Distiller(job, _loss, cancellation);
            _stepsAnEpoch = job.Options.StepsAnEpoch(job.Train.Count);
            _saveAfter = TimeSpan.FromSeconds(job.CheckpointSeconds);
            (_graph, _optimizer) = Load(_distiller?.Student ?? job.Model);
            _graph.CarryFrom(job.Real);
        }

        private int Steps => _stepsAnEpoch * _job.Options.Epochs;

        private double Seconds => _before + _watch.Elapsed.TotalSeconds;

        public TrainResult ToEnd()
        {
            var at = Resume();
            _start = (double)(at.Epoch * _stepsAnEpoch + at.Step) / _stepsAnEpoch;
            _before = at.Seconds;
            _watch.Start();
            while (at.Epoch < _job.Options.Epochs)
            {
                var (epoch, trainLoss) = (at.Epoch + 1, Epoch(at));
                var due = epoch % _job.ScoreEvery == 0 || epoch == _job.Options.Epochs;
                var score = _job.Validation is null || !due ? null : Scorer.Score(_graph, _output, _loss, _job.Validation, _job.Preprocess);
                _history.Add(new EpochRecord(epoch, trainLoss, score));
                Report(epoch, trainLoss, always: true);
                at = new TrainPosition(epoch, 0, 0, 0, Seconds);
                Save(at);
            }
            var (model, gradients) = (_graph.ToModel(), _optimizer.MeanSquaredGradients());
            if (_job.Distillation is { LooksInside: true })
            {
                model = Regressors.Remove(model, _job.Model);
                var own = new GraphIndex(model.Graph);
                foreach (var regressor in gradients.Keys.Where(name => own.Constant(name) is null).ToList()) gradients.Remove(regressor);
            }
            var (result, squares) = _job.Options.BatchNorm ? BatchNorms.Fold(model, _asked, gradients) : (model, gradients);
            return new TrainResult(result, _history[^1].Validation, _history, squares) { Seconds = Seconds };
        }

        /// <returns>The mean loss.</returns>
        private double Epoch(TrainPosition at)
        {
            var before = at.Epoch * _stepsAnEpoch;
            foreach (var batch in BatchLoader.Epoch(_job.Train, _job.Options.BatchSize, _job.Preprocess, _job.Augmentation, (ulong)_job.Options.Seed, at.Epoch, shuffle: true, skip: at.Step, ahead: Cores.AreSpare))
            {
                _cancellation.ThrowIfCancellationRequested();
                var step = before + at.Step;
                // Dropout's stream starts anew each step, so that a resumed run draws the same numbers.
                torch.manual_seed(_job.Options.Seed * 1_000_003L + step);
                if (_job.Edit is { } edit && step % _job.EditEvery == 0) Apply(edit, (double)step / Steps);
                var loss = Step(batch, _job.Options.LearningRateAt((step + 0.5) / Steps));
                if (!double.IsFinite(loss))
                    throw new OutOfReachException($"training diverged: the loss is {loss} in epoch {at.Epoch + 1}; a lower learning rate than {_job.Options.LearningRate} may hold");
                at = at with { Step = at.Step + 1, LossSum = at.LossSum + loss * batch.Count, Seen = at.Seen + batch.Count, Seconds = Seconds };
                Report((double)(step + 1) / _stepsAnEpoch, at.LossSum / at.Seen, always: false);
                if (_sinceSaved.Elapsed > _saveAfter) Save(at);
            }
            return at.LossSum / at.Seen;
        }

        // Often enough that little is lost with the process, and a twentieth of the time at most.
        private void Save(TrainPosition at)
        {
            if (_job.Checkpoint is not { } path) return;
            _sinceSaved.Restart();
            Checkpoint.Save(path, _identity, _graph, _optimizer, at, _history);
            _saveAfter = TimeSpan.FromSeconds(Math.Max(_job.CheckpointSeconds, 20 * _sinceSaved.Elapsed.TotalSeconds));
            _sinceSaved.Restart();
        }

        private double Step(Batch batch, double learningRate)
        {
            using var scope = torch.NewDisposeScope();
            var input = batch.ToTensor();
            var values = _graph.Run(input, training: true);
            var loss = _distiller?.Loss(values, input, batch) ?? _loss.Of(values[_output], batch);
            loss.backward();
            _optimizer.Step(learningRate);
            return loss.item<float>();
        }

        private void Apply(TrainEdit edit, double progress)
        {
            if (edit(progress, _graph.ToModel(), _optimizer.MeanSquaredGradients()) is not { } changed) return;
            var (oldGraph, oldOptimizer) = (_graph, _optimizer);
            (_graph, _optimizer) = Load(changed);
            _graph.CarryFrom(oldGraph);
            _optimizer.CarryFrom(oldOptimizer);
            oldOptimizer.Dispose();
            oldGraph.Dispose();
        }

        private (TorchGraph Graph, Optimizer Optimizer) Load(Model model)
        {
            var graph = new TorchGraph(model, _job.Options.LearnScales ? Learned.CodesAndScales : Learned.Codes);
            if (graph.Parameters.Count == 0) throw new BadInputException("the network has no weights to train");
            if (graph.Parameters.FirstOrDefault(p => p.Value.dtype != torch.ScalarType.Float32) is { Key: { } name } odd)
                throw new BadInputException($"the network computes with '{name}' in {odd.Value.dtype}; training computes in 32-bit floats");
            CheckStatistics(new GraphIndex(model.Graph));
            var pinned = Pruned.Pinned(model);
            var decayed = graph.Parameters.Where(p => (p.Value.dim() >= 2 || pinned.Contains(p.Key)) && !graph.Grids.Contains(p.Key)).Select(p => p.Key).ToHashSet();
            return (graph, new Optimizer(_job.Options, graph.Parameters, pinned, decayed, graph.Grids));
        }

        // Running statistics move in training: each needs a constant of its own to be written to.
        private static void CheckStatistics(GraphIndex index)
        {
            foreach (var node in index.Graph.Nodes.Where(n => n.Is("BatchNormalization")))
                foreach (var name in node.Inputs.Skip(3).Where(n => index.Constant(n) is null || index.Consumers(n).Count > 1))
                    throw new BadInputException($"node {node}: its running statistics '{name}' are {(index.Constant(name) is null ? "computed by other nodes" : "those of other nodes too")}; training needs a constant for each");
        }

        private TrainPosition Resume()
        {
            if (_job.Checkpoint is not { } path || !File.Exists(path)) return default;
            var saved = Checkpoint.Load(path, _identity);
            _optimizer.Dispose();
            _graph.Dispose();
            (_graph, _optimizer) = Load(saved.Model);
            saved.Restore(_graph, _optimizer);
            _history.AddRange(saved.History);
            return saved.At;
        }

        private void Report(double epoch, double loss, bool always)
        {
            if (_progress is null || (!always && _watch.ElapsedMilliseconds - _reported < 200)) return;
            _reported = _watch.ElapsedMilliseconds;
            var share = (epoch - _start) / (_job.Options.Epochs - _start);
            var left = share > 0 ? _watch.Elapsed * ((1 - share) / share) : TimeSpan.Zero;
            var speed = (epoch - _start) * _job.Train.Count / Math.Max(1e-3, _watch.Elapsed.TotalSeconds);
            _progress.Report(new TrainProgress(epoch, _job.Options.Epochs, loss, _history.LastOrDefault(h => h.Validation is not null)?.Validation?.Value, speed, left));
        }

        public void Dispose()
        {
            _optimizer.Dispose();
            _graph.Dispose();
            _distiller?.Dispose();
        }
    }
}
