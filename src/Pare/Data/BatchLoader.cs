using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>Examples ready for a network. Its arrays are used again: valid until the next batch is asked for.</summary>
public sealed class Batch
{
    internal Batch(int count, ImmutableArray<int> shape, int points = 0)
    {
        Shape = [count, .. shape];
        Inputs = new float[Shape.Aggregate(1, (a, b) => checked(a * b))];
        Labels = new int[count];
        Indices = new int[count];
        Points = new float[2 * count * points];
        Units = new float[points > 0 ? count : 0];
    }

    /// <summary>Number of examples.</summary>
    public int Count => Labels.Length;

    /// <summary>Shape of <see cref="Inputs"/>: examples, then the shape of one.</summary>
    public ImmutableArray<int> Shape { get; }

    public float[] Inputs { get; }

    /// <summary>Classes, -1 for none.</summary>
    public int[] Labels { get; }

    /// <summary>What the examples are to be mapped to, where that is points: [examples, points, 2]; else empty.</summary>
    public float[] Points { get; }

    /// <summary>The length that each example's errors are divided by; empty where there are no points.</summary>
    public float[] Units { get; }

    /// <summary>Where the examples stand in the data set.</summary>
    public int[] Indices { get; }
}

/// <summary>
/// Cuts a data set into batches, preprocessed and augmented by background threads ahead of the caller, or by all of them when it asks. What is in a batch
/// depends on the arguments and nothing else.
/// </summary>
public static class BatchLoader
{
    /// <summary>Batches that are made at the same time, ahead of the caller.</summary>
    private const int BatchesAhead = 2;

    /// <summary>One pass over the data.</summary>
    /// <param name="data">Examples; reading them must be safe from several threads.</param>
    /// <param name="batchSize">Examples a batch, at least 1; the last batch has what is left.</param>
    /// <param name="preprocess">From pixels to inputs.</param>
    /// <param name="augmentation">Random changes before that, or null.</param>
    /// <param name="seed">Fixes order and changes.</param>
    /// <param name="epoch">Number of the pass: each has another order and other changes.</param>
    /// <param name="shuffle">False keeps the data set's order.</param>
    /// <param name="skip">Batches at the start that are left out; the others are the same as without.</param>
    /// <param name="ahead">
    /// False makes a batch on every core at the moment it is asked for. A caller that itself keeps all cores busy is better served so: its threads wait for each other many times
    /// a step, and each wait is long while a thread of the loader has the core. On two cores the landmark network trains 1.3 times as fast.
    /// </param>
    /// <exception cref="BadInputException">Preprocessing or augmentation does not fit the data, or an example cannot be read.</exception>
    public static IEnumerable<Batch> Epoch(IDataset data, int batchSize, Preprocess preprocess, Augmentation? augmentation, ulong seed, int epoch, bool shuffle, int skip = 0, bool ahead = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        preprocess.Check(data.Shape.Length == 3 ? data.Shape[0] : 1);
        if (augmentation is not null && data is IPointDataset) throw new BadInputException("augmentation moves pixels and not the points on them; data with points varies itself");
        if (augmentation is not null) _ = new Augmenter(augmentation, data.Shape);
        var order = shuffle ? new RandomStream(seed, (ulong)epoch, OrderStream).Permutation(data.Count) : [.. Enumerable.Range(0, data.Count)];
        if (shuffle && data is IPointDataset points) data = points.Varied(seed, epoch);
        var job = new Job(data, preprocess, augmentation, seed, epoch);
        return ahead ? Ahead(job, order, batchSize, skip) : OnAllCores(job, order, batchSize, skip);
    }

    /// <summary>Keys the order's stream apart from the examples', whose keys are their numbers.</summary>
    private const ulong OrderStream = ulong.MaxValue;

    private static IEnumerable<Batch> OnAllCores(Job job, int[] order, int batchSize, int skip)
    {
        var cores = Environment.ProcessorCount;
        Batch? batch = null;
        for (var from = skip * batchSize; from < order.Length; from += batchSize)
        {
            var count = Math.Min(batchSize, order.Length - from);
            if (batch?.Count != count) batch = job.Batch(count);
            order.AsSpan(from, count).CopyTo(batch.Indices);
            var part = (count + cores - 1) / cores;
            Ordered.For((count + part - 1) / part, cores, i => job.Fill(batch, i * part, Math.Min(count, (i + 1) * part)));
            yield return batch;
        }
    }

    private static IEnumerable<Batch> Ahead(Job job, int[] order, int batchSize, int skip)
    {
        var pending = new Queue<Task<Batch>>();
        var free = new Stack<Batch>();
        var next = Math.Min(order.Length, skip * batchSize);
        try
        {
            Start();
            while (pending.TryDequeue(out var oldest))
            {
                var batch = oldest.GetAwaiter().GetResult();
                Start();
                yield return batch;
                if (batch.Count == batchSize) free.Push(batch);
            }
        }
        finally
        {
            // A caller that stops early, or a batch that failed: nothing may go on writing into shared arrays.
            Task.WaitAll([.. pending.Select(task => task.ContinueWith(t => _ = t.Exception, TaskScheduler.Default))]);
        }

        void Start()
        {
            while (pending.Count < BatchesAhead && next < order.Length)
            {
                var (from, count) = (next, Math.Min(batchSize, order.Length - next));
                next += count;
                var batch = count == batchSize && free.TryPop(out var used) ? used : job.Batch(count);
                order.AsSpan(from, count).CopyTo(batch.Indices);
                pending.Enqueue(Task.Run(() => job.Fill(batch, 0, count)));
            }
        }
    }

    private sealed record Job(IDataset Data, Preprocess Preprocess, Augmentation? Augmentation, ulong Seed, int Epoch)
    {
        public Batch Batch(int count) => new(count, Data.Shape, (Data as IPointDataset)?.Points ?? 0);

        /// <summary>Reads some of the examples that a batch names.</summary>
        public Batch Fill(Batch batch, int from, int to)
        {
            var size = batch.Inputs.Length / batch.Count;
            var augmenter = Augmentation is null ? null : new Augmenter(Augmentation, Data.Shape);
            for (var i = from; i < to; i++)
            {
                var index = batch.Indices[i];
                var values = batch.Inputs.AsSpan(i * size, size);
                Data.Read(index, values);
                augmenter?.Apply(values, new RandomStream(Seed, (ulong)Epoch, (ulong)index));
                batch.Labels[i] = Data.Label(index);
                if (Data is not IPointDataset points) continue;
                points.ReadPoints(index, batch.Points.AsSpan(2 * points.Points * i, 2 * points.Points));
                batch.Units[i] = points.Unit(index);
            }
            Preprocess.Apply(batch.Inputs.AsSpan(from * size, (to - from) * size), Data.Shape);
            return batch;
        }
    }
}
