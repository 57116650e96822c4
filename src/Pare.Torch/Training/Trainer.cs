using System.Diagnostics;
using Pare.Data;
using Pare.Onnx;
using Pare.Prune;
using Pare.Recipes;
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
        return Scorer.Score(graph, Loss.For(model, new TrainOptions(), data), data, preprocess);
    }

    private sealed class Run : IDisposable
    {
        private readonly TrainJob _job;
        private readonly IProgress<TrainProgress>? _progress;
        private readonly CancellationToken _cancellation;
        private readonly Loss _loss;
        private readonly TorchGraph? _teacher;
        private readonly int _stepsAnEpoch;
        private readonly List<EpochRecord> _history = [];
        private readonly Stopwatch _watch = new();
        private TorchGraph _graph;
        private Optimizer _optimizer;
        private long _reported;

        public Run(TrainJob job, IProgress<TrainProgress>? progress, CancellationToken cancellation)
        {
            (_job, _progress, _cancellation) = (job, progress, cancellation);
            _loss = Loss.For(job.Model, job.Options, job.Train);
            _teacher = job.Teacher is null ? null : new TorchGraph(job.Teacher);
            _stepsAnEpoch = job.Options.StepsAnEpoch(job.Train.Count);
            (_graph, _optimizer) = Load(job.Model);
            _graph.CarryFrom(job.Real);
        }

        private int Steps => _stepsAnEpoch * _job.Options.Epochs;

        public TrainResult ToEnd()
        {
            var first = Resume();
            _watch.Start();
            for (var epoch = first; epoch < _job.Options.Epochs; epoch++)
            {
                var trainLoss = Epoch(epoch, first);
                var score = _job.Validation is null ? null : Scorer.Score(_graph, _loss, _job.Validation, _job.Preprocess);
                _history.Add(new EpochRecord(epoch + 1, trainLoss, score));
                Report(epoch + 1, trainLoss, first, always: true);
                if (_job.Checkpoint is { } path) Checkpoint.Save(path, _job, _graph, _optimizer, _history);
            }
            return new TrainResult(_graph.ToModel(), _history[^1].Validation, _history, _optimizer.MeanSquaredGradients());
        }

        private double Epoch(int epoch, int first)
        {
            // Dropout's stream starts anew each epoch, so that a resumed run draws the same numbers.
            torch.manual_seed(_job.Options.Seed * 1_000_003L + epoch);
            double sum = 0;
            var seen = 0;
            var step = epoch * _stepsAnEpoch;
            foreach (var batch in BatchLoader.Epoch(_job.Train, _job.Options.BatchSize, _job.Preprocess, _job.Augmentation, (ulong)_job.Options.Seed, epoch, shuffle: true))
            {
                _cancellation.ThrowIfCancellationRequested();
                if (_job.Edit is { } edit && step % _job.EditEvery == 0) Apply(edit, (double)step / Steps);
                var loss = Step(batch, _job.Options.LearningRateAt((step + 0.5) / Steps));
                if (!double.IsFinite(loss))
                    throw new BadInputException($"training diverged: the loss is {loss} in epoch {epoch + 1}; a lower learning rate than {_job.Options.LearningRate} may hold");
                sum += loss * batch.Count;
                seen += batch.Count;
                step++;
                Report((double)step / _stepsAnEpoch, sum / seen, first, always: false);
            }
            return sum / seen;
        }

        private double Step(Batch batch, double learningRate)
        {
            using var scope = torch.NewDisposeScope();
            var input = batch.ToTensor();
            torch.Tensor? teacher = null;
            if (_teacher is not null)
            {
                using var noGradient = torch.no_grad();
                teacher = _teacher.Forward(input, training: false);
            }
            var loss = _loss.Of(_graph.Forward(input, training: true), batch, teacher);
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
            var pinned = Pruned.Pinned(model);
            var decayed = graph.Parameters.Where(p => (p.Value.dim() >= 2 || pinned.Contains(p.Key)) && !graph.Grids.Contains(p.Key)).Select(p => p.Key).ToHashSet();
            return (graph, new Optimizer(_job.Options, graph.Parameters, pinned, decayed, graph.Grids));
        }

        private int Resume()
        {
            if (_job.Checkpoint is not { } path || !File.Exists(path)) return 0;
            var saved = Checkpoint.Load(path, _job);
            _optimizer.Dispose();
            _graph.Dispose();
            (_graph, _optimizer) = Load(saved.Model);
            saved.Restore(_graph, _optimizer);
            _history.AddRange(saved.History);
            return _history.Count;
        }

        private void Report(double epoch, double loss, int first, bool always)
        {
            if (_progress is null || (!always && _watch.ElapsedMilliseconds - _reported < 200)) return;
            _reported = _watch.ElapsedMilliseconds;
            var share = (epoch - first) / (_job.Options.Epochs - first);
            var left = share > 0 ? _watch.Elapsed * ((1 - share) / share) : TimeSpan.Zero;
            var speed = (epoch - first) * _job.Train.Count / Math.Max(1e-3, _watch.Elapsed.TotalSeconds);
            _progress.Report(new TrainProgress(epoch, _job.Options.Epochs, loss, _history.Count > 0 ? _history[^1].Validation?.Value : null, speed, left));
        }

        public void Dispose()
        {
            _optimizer.Dispose();
            _graph.Dispose();
            _teacher?.Dispose();
        }
    }
}
