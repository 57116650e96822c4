using System.CommandLine;
using Pare.Compress;
using Pare.Ort;
using Pare.Profile;
using Pare.Recipes;

namespace Pare.Cli.Verbs;

/// <summary><c>pare train</c>: trains or fine-tunes any supported graph.</summary>
internal static class TrainVerb
{
    public static Command Create()
    {
        var model = Models.Argument();
        var data = new DataFlags();
        var training = new TrainFlags();
        var teaching = new TeacherFlags(required: false);
        var output = Opt.Output("The trained network (.onnx); may be MODEL itself.");
        return new VerbCommand("train", "Train or fine-tune any supported network, in whatever form its weights are.", new OptionGroup("Output") { output }, data, training, teaching)
        {
            Arguments = { model },
            Details = "Pruned weights stay zero, shared weights stay shared, weights in codes stay codes. A network of the zoo is built for the data's shape and classes. The preprocessing is written into the model.",
            Examples = ["pare train lenet5 --data mnist -o lenet5.onnx", "pare train pruned.onnx --data mnist --epochs 5 --lr 0.0005 -o pruned.onnx"],
            Body = run =>
            {
                var path = run.Get(output);
                OutputFile.Check(path);
                var options = training.Read(run);
                var (loaded, splits, preprocess) = data.OpenWithModel(run, run.Get(model), learns: true);
                ModelShape.CheckTraining(loaded.Model, splits);
                var plan = teaching.Read(run);
                if (plan is not null) TeacherFlags.Check(plan, splits, preprocess);
                var job = new TrainJob
                {
                    Model = loaded.Model,
                    Train = splits.Train,
                    Validation = splits.Validation.Count > 0 ? splits.Validation : null,
                    Preprocess = preprocess,
                    Augmentation = training.Augmentation(run),
                    Options = teaching.Apply(run, options),
                    Distillation = plan,
                    Checkpoint = training.Checkpoint(run),
                };
                TrainOutput.Run(run, job, !loaded.IsFresh, splits, path, new Judge(Metric.Top1, loaded.Model, preprocess, new OrtOptions { Threads = run.Threads }));
            },
        };
    }
}
